package main

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/catcher"
)

// pastReleases went to the press in the months before, the oldest first: by them the last one did better or worse than usual.
var pastReleases = []struct {
	days             int // ago
	serbian, english string
	topic            string
	read             float64 // share of readers who read it
}{
	{120, "Telefonska linija radi i tokom praznika", "The helpline works through the holidays", "", 0.66},
	{105, "Kako prepoznati lažni oglas za posao", "How to recognise a false job offer", "law", 0.58},
	{80, "Sezonski poslovi: deset pitanja pre polaska", "Seasonal work: ten questions before you leave", "law", 0.50},
	{70, "Škole traže više radionica o bezbednosti na mreži", "Schools ask for more workshops on safety online", "education", 0.42},
	{59, "Nova prostorija za razgovor u beogradskom sudu", "A new interview room at the Belgrade court", "law", 0.61},
	{52, "Priručnik za nastavnike preveden na engleski", "The teachers' handbook is there in English", "education", 0.38},
	{45, "Sudija objašnjava pravo na naknadu štete", "A judge explains the right to compensation", "law", 0.55},
	{38, "Inspekcija rada i Centar Primer potpisali sporazum", "Labour inspectors and the Primer Centre sign an agreement", "law", 0.47},
	{31, "Učenici snimili kratki film o lažnim ponudama", "Pupils made a short film on false offers", "education", 0.52},
	{24, "Pola godine nove telefonske linije u brojkama", "Half a year of the new helpline in figures", "", 0.63},
	{17, "Obuka za dopisnike iz manjih gradova", "Training for correspondents from smaller towns", "education", 0.35},
	{10, "Preporuke za naslove i fotografije", "Advice on headlines and photographs", "", 0.57},
}

// Who of the press agreed to be recognised, and who of them has not read for long.
var (
	demoKnown = []string{
		"ana.anic@dnevni-primer.example", "dunja.dunjic@radio-ogled.example", "elena.elenic@tv-uzorak.example", "goran.goric@glasnik-primera.example", "ivana.ivic@portal-primerak.example",
		"jovan.jovic@nedeljnik-ogled.example", "emma.brown@the-sample-herald.example", "claire.moreau@agence-exemple.example", "lazar.lazic@agencija-uzor.example", "ljiljana.ljiljic@list-primer.example",
	}
	demoQuiet = []string{"goran.goric@glasnik-primera.example", "lazar.lazic@agencija-uzor.example"}
)

// quietSince is for how long those have not read.
const quietSince = 90

// addPast sends the releases of the months before, to a mail server that is forgotten: the mail catcher shows what the last one sent.
func (s *sampleData) addPast(ctx context.Context) error {
	forgotten, err := catcher.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer forgotten.Close()
	then := *s.installation
	server, err := mailer.ParseURL("smtp://" + forgotten.Addr() + "?tls=none&connections=4")
	if err != nil {
		return err
	}
	then.cfg.smtp = []mailer.Settings{server}
	for _, address := range demoKnown {
		if err := s.consent(ctx, address); err != nil {
			return err
		}
	}
	sender := then.scheduler()
	for i, p := range pastReleases {
		at := s.daysAgo(p.days).Add(time.Duration(9+i%3) * time.Hour)
		s.clock.setTo(at.Add(-2 * time.Hour))
		r, err := s.addRelease(ctx, "past", at.Format(time.DateOnly), "HEADLINE-SR", p.serbian, "HEADLINE-EN", p.english)
		if err != nil {
			return err
		}
		if p.topic != "" {
			if r, err = s.store.Releases.UpdateRelease(ctx, r.ID, func(r *campaign.Release) error {
				r.Topics = []string{p.topic}
				return nil
			}); err != nil {
				return err
			}
		}
		c, err := s.addCampaign(ctx, r, p.serbian, 0, "Mediji")
		if err != nil {
			return err
		}
		s.clock.setTo(at)
		readers := &sampleReaders{reads: p.read}
		if p.days < quietSince {
			readers.quiet = demoQuiet
		}
		if _, err := s.sendSample(ctx, sender, c, readers); err != nil {
			return err
		}
	}
	return nil
}

// daysAgo is midnight of a day before the demo began.
func (s *sampleData) daysAgo(days int) time.Time {
	return campaign.MidnightIn(campaign.OnDay(s.start.In(s.cfg.zone)), s.cfg.zone, -days)
}

// consent records that somebody agreed to be recognised.
func (s *sampleData) consent(ctx context.Context, address string) error {
	c, err := s.store.Contacts.GetContactByAddress(ctx, address)
	if err != nil {
		return err
	}
	_, err = s.store.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error {
		c.AllowTracking(campaign.TrackingConsent{At: s.clock.Now().UTC(), Basis: campaign.ConsentBasis, Source: "prijava za obuku"})
		return nil
	})
	return err
}

// addOutcomes notes what came of the releases, as the team types it in.
func (s *sampleData) addOutcomes(ctx context.Context) error {
	s.clock.setTo(s.start.Add(-26 * time.Hour))
	year := s.start.In(s.cfg.zone).Year()
	action := campaign.Action{Name: "Mediji štite žrtve", About: "Obuke i saopštenja za redakcije.", From: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC),
		Campaigns: campaign.Collect(s.sent, func(c campaign.Campaign) string { return c.ID })}
	if err := s.store.Actions.CreateAction(ctx, &action); err != nil {
		return err
	}
	for i, c := range []campaign.Coverage{
		{Outlet: "Dnevni primer", Journalist: "Ana Anić", Title: "Dvanaest pitanja pre objavljivanja", Link: s.site + "/clanak-1", Tone: campaign.Favourable, Reach: 120_000},
		{Outlet: "Radio Ogled", Journalist: "Dunja Dunjić", Title: "Kako pisati, a ne povrediti", Link: s.site + "/clanak-2", Tone: campaign.Neutral, Reach: 45_000},
		{Outlet: "Portal Primerak", Journalist: "Ivana Ivić", Title: "Naslovi i fotografije: šta traže stručnjaci", Link: s.site + "/clanak-3", Tone: campaign.Favourable},
	} {
		c.Release, c.Action, c.Day = s.sent[len(s.sent)-1-i/2].Release, action.ID, campaign.OnDay(s.start.AddDate(0, 0, -1-4*i))
		if err := s.store.CoverageNotes.AddCoverage(ctx, &c); err != nil {
			return err
		}
	}
	held := campaign.Activity{Action: action.ID, Kind: campaign.Training, Name: "Obuka za dopisnike", Place: "Niš", Day: campaign.OnDay(s.daysAgo(16)), People: 24}
	if err := s.store.Activities.AddActivity(ctx, &held); err != nil {
		return err
	}
	for i, calls := range []int64{212, 187, 164} {
		first := time.Date(year, s.start.In(s.cfg.zone).Month()-time.Month(i+1), 1, 0, 0, 0, 0, time.UTC)
		if err := s.store.Activities.SetHelplineTotal(ctx, &campaign.HelplineTotal{Helpline: "Primer (example)", Month: first, Calls: calls, Messages: calls / 4, Source: "Centar Primer"}); err != nil {
			return err
		}
	}
	return nil
}
