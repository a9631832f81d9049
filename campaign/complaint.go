package campaign

// ProviderComplaints is how many of the messages that a provider took lately were reported as spam by their readers.
type ProviderComplaints struct {
	Provider   string
	Accepted   int64
	Complained int64
}

// What is too much. Of few messages a share says nothing.
const (
	ComplaintDays = 30 // complaints are counted in what left in so many days
	TellingShare  = 1000

	mostComplaint  = 0.001 // the line that providers draw themselves
	worstComplaint = 0.003 // from here they refuse
	leastReported  = 2     // one reader alone is no alarm
)

// Status says whether that is too much, by the lines that providers draw.
func (c *ProviderComplaints) Status() CheckStatus {
	share := float64(c.Complained) / float64(max(c.Accepted, 1))
	switch {
	case c.Complained < leastReported || share <= mostComplaint:
		return CheckFine
	case share < worstComplaint:
		return CheckWarn
	}
	return CheckFail
}

// Tells reports whether a share of the messages says something: of fewer, one reader alone would be over the line.
func (c *ProviderComplaints) Tells() bool { return c.Accepted >= TellingShare }

// Words tell of too many complaints.
func (c *ProviderComplaints) Words() Text {
	return Textf("%s: of the %d messages it took in the last 30 days, %d were reported as spam. More than 1 in 1,000 puts the delivery of all mail there at risk: write only to those who expect it.",
		c.Provider, c.Accepted, c.Complained)
}

// alarmsOfComplaints returns an alarm for each provider with too many complaints; where no single one has, one about all of them together.
func alarmsOfComplaints(by []ProviderComplaints) (out []Alarm) {
	var all ProviderComplaints
	for i := range by {
		c := &by[i]
		all.Accepted, all.Complained = all.Accepted+c.Accepted, all.Complained+c.Complained
		if c.Status() != CheckFine {
			out = append(out, Alarm{Kind: ComplaintAlarm, Of: c.Provider, Path: "/settings/sender#complaints", Words: c.Words().Stored()})
		}
	}
	if len(out) == 0 && all.Status() != CheckFine {
		out = append(out, Alarm{Kind: ComplaintAlarm, Path: "/settings/sender#complaints", Words: Textf(
			"%d of %d messages of the last 30 days were reported as spam. More than 1 in 1,000 puts the delivery of all mail at risk: write only to those who expect it.", all.Complained, all.Accepted).Stored()})
	}
	return out
}
