package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/templates"
)

// newCampaign is what “campaigns create” was told.
type newCampaign struct {
	release, name, from string
	lists, exclude      []string
	segments, without   []string
	at, cron, timezone  string
	every, onDayOff     string
	daysOff             []string
	often               bool
	between, priority   string
	workdays, together  bool
	spread              int
	joinDays            string
	followFlags
	ab      abFlags
	content newContent
}

func campaignsCreateCommand(p *program) *cobra.Command {
	var n newCampaign
	cmd := &cobra.Command{
		Use: "create {--release ID --list NAME… | --follow-up ID | --to-joined ID} [--segment NAME…] [--at TIME | --every RULE | --cron EXPR]", Short: "Make a campaign of a release and lists", Args: cobra.NoArgs,
		Long: `Make a campaign of a release and one or more lists. With --segment only those
members get it who are in one of the segments; with segments and no list, the
members of any list who are. Without --at, --every or --cron it is a draft, to be
sent by “campaigns send” or in the panel. With --at it leaves once, at a wall time
in the time zone; with --every and --cron again and again. A run is sent by
“glasnik serve”.

--every takes a rule of calendars (RFC 5545), from today on and at nine o'clock
unless it says otherwise:

  FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9               the first Monday of the month
  FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 its last working day
  FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=10   every second week, ten times
  FREQ=MONTHLY;BYMONTHDAY=-1;BYMONTH=3,6,9,12   the last day of each quarter

--days-off says on which days it does not leave, and --on-day-off what happens
then: skip, or the working day before, or after.

--between gives the hours at which it may leave, at each reader's own time, and
--spread spreads it evenly over some of them. --together has the versions leave
mixed, and none while one is older than its source. --priority says which
campaign goes first to a reader who may not get all of them in a week; urgent is
not held back by that ceiling.

--follow-up makes a campaign that writes again to those readers of another one of
whom no open and no click is known once they have had the mail for so many days
(--after). Only who got it with tracking person by person is asked: of others
nothing can be known. Who left, replied, or has got a follow-up to it before is
left out; that is looked up again before each message leaves. It needs a new
subject. --to-joined makes one that sends the release of another to who joined its
lists after it went out, and --join-days has a campaign do so by itself.

With --gather each run sends a newsletter of what was published since the last,
with the release as its frame; with --copy a copy of the release that somebody
writes anew. Such an edition is made ahead: “campaigns status” shows it, and the
panel lets it be changed, approved or skipped.

With --ab a part of the readers gets one of several variants, and the others some
hours later the one that was clicked more with evidence. Variant A is the campaign
as it is; each --variant says what B, C or D has in its place, in every language of
the release: “b:en=A new subject”. The letter may be left out of B, the language
where the release has one. “campaigns status” shows how the test stands, and
“campaigns choose” decides it earlier.

A cron expression has five fields (minute hour day month weekday) or is @hourly,
@daily, @weekly, @monthly, @yearly or @every 30m.`,
		Example: `  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --list Schools
  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --at "2026-10-18 09:00" --timezone Europe/Belgrade
  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --every "FREQ=MONTHLY;BYDAY=1MO" --days-off serbia --on-day-off after
  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --between 08:00-18:00 --workdays --spread 3
  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Schools --every "FREQ=WEEKLY;BYDAY=MO" --gather press_release,statement --each-approved --deadline 12h
  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --cron "0 9 * * 1" --json
  glasnik campaigns create --follow-up 2m3n4p5q6r7s8t9v --after 3d --subject "en=Two seats are left"
  glasnik campaigns create --to-joined 2m3n4p5q6r7s8t9v
  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --ab subject --variant "b:en=Two seats are left" --variant "b:fr=Il reste deux places"`,
		RunE: p.does(func(cmd *cobra.Command, _ []string) error {
			for name, value := range map[string]string{"at": n.at, "every": n.every, "cron": n.cron} {
				if cmd.Flags().Changed(name) && strings.TrimSpace(value) == "" {
					return usagef("--%s says nothing: give it a value, or leave it out for a draft", name)
				}
			}
			if n.at != "" && n.every+n.cron != "" || n.every != "" && n.cron != "" {
				return usagef("--at, --every and --cron cannot be given together")
			}
			if n.every == "" && len(n.daysOff) > 0 || n.onDayOff != "" && len(n.daysOff) == 0 {
				return usagef("--days-off needs --every, and --on-day-off needs --days-off")
			}
			if err := n.checkFollow(); err != nil {
				return err
			}
			if err := n.ab.check(cmd, n.any()); err != nil {
				return err
			}
			return p.with(cmd.Context(), func(in *installation) error { return createCampaign(cmd.Context(), in, n) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&n.release, "release", "", "id of the release to send")
	f.StringArrayVar(&n.lists, "list", nil, "name of a list to send to; may be given several times")
	f.StringArrayVar(&n.segments, "segment", nil, "name of a saved segment to send to; may be given several times")
	f.StringArrayVar(&n.without, "exclude-segment", nil, "name of a saved segment that is left out; may be given several times")
	f.StringArrayVar(&n.exclude, "exclude", nil, "name of a list whose members are left out; may be given several times")
	f.StringVar(&n.name, "name", "", "the campaign's name (default: the release's title)")
	f.StringVar(&n.from, "from", "", "the sender, as “Name <address>” (default: the first sender of the panel's settings, or "+prefix+"FROM)")
	f.StringVar(&n.at, "at", "", "when it leaves, such as “2026-10-18 09:00”")
	f.StringVar(&n.every, "every", "", "when it leaves again and again, as a rule such as “FREQ=MONTHLY;BYDAY=1MO”")
	f.StringSliceVar(&n.daysOff, "days-off", nil, "days on which --every does not leave: "+joinDaysOff())
	f.StringVar(&n.onDayOff, "on-day-off", "", "what happens on such a day: skip, before or after (default: skip)")
	f.StringVar(&n.cron, "cron", "", "when it leaves again and again, such as “0 9 * * 1”")
	f.StringVar(&n.between, "between", "", "hours at which it may leave, at each reader's own time, such as “08:00-18:00”")
	f.BoolVar(&n.workdays, "workdays", false, "let it leave from Monday to Friday only")
	f.IntVar(&n.spread, "spread", 0, "hours to spread it over evenly")
	f.BoolVar(&n.together, "together", false, "all languages at once, or none while a version is older than its source")
	f.StringVar(&n.priority, "priority", "", "low, normal, high or urgent (default: normal)")
	f.BoolVar(&n.often, "often", false, "let --cron leave more often than every hour")
	f.StringVar(&n.timezone, "timezone", "", "the time zone of --at, --every and --cron (default: "+prefix+"TIMEZONE)")
	f.StringVar(&n.joinDays, "join-days", "", "for so many days also to who joins its lists later, such as 7d")
	n.followFlags.flags(cmd)
	n.content.flags(cmd)
	n.ab.flags(cmd)
	return withJSON(p, cmd)
}

func createCampaign(ctx context.Context, in *installation, n newCampaign) error {
	if n.any() {
		c, err := createFollow(ctx, in, n)
		if err != nil {
			return err
		}
		if err := in.acted(ctx, campaign.ActAddFollowing, "/campaigns/"+c.ID, c.Name); err != nil {
			return err
		}
		return scheduleAndShow(ctx, in, c)
	}
	release, err := in.release(ctx, n.release)
	if err != nil {
		return err
	}
	pictures, err := in.store.Media.GetPictures(ctx, release.Media)
	if err != nil {
		return err
	}
	if err := templates.CheckRelease(&release, templates.MediaOf(pictures, "")); err != nil {
		return err
	}
	c := campaign.Campaign{Name: n.name, Release: release.ID}
	if c.Schedule, err = in.schedule(n); err != nil {
		return err
	}
	if c.Content, err = n.content.rule(ctx, in); err != nil {
		return err
	}
	if err := n.window(&c); err != nil {
		return err
	}
	c.Name = cmp.Or(c.Name, release.Title)
	if c.Lists, err = in.listIDs(ctx, n.lists); err != nil {
		return err
	}
	if c.Exclude, err = in.listIDs(ctx, n.exclude); err != nil {
		return err
	}
	if c.Segments, err = in.segmentIDs(ctx, n.segments); err != nil {
		return err
	}
	if c.ExcludeSegments, err = in.segmentIDs(ctx, n.without); err != nil {
		return err
	}
	if c.Sender, err = in.sender(ctx, n.from); err != nil {
		return err
	}
	if n.joinDays != "" {
		if c.JoinDays, err = campaign.ParseDays(n.joinDays); err != nil {
			return usagef("--join-days: %v", err)
		}
	}
	if err := setTest(ctx, in, &n.ab, &c, &release); err != nil {
		return err
	}
	if _, err := in.slots(c.Schedule); err != nil {
		return err
	}
	if apart, err := in.planner.Often(c.Schedule, in.now()); err != nil {
		return err
	} else if apart > 0 && !n.often {
		return usagef("with this schedule everybody on the lists gets the message every %s: say --often as well if that is meant", apart)
	}
	if err := in.store.Campaigns.CreateCampaign(ctx, &c); err != nil {
		return err
	}
	if err := in.acted(ctx, campaign.ActAddCampaign, "/campaigns/"+c.ID, c.Name); err != nil {
		return err
	}
	return scheduleAndShow(ctx, in, c)
}

// scheduleAndShow lets a campaign that was just made wait for its first time, if it has one, and tells.
func scheduleAndShow(ctx context.Context, in *installation, c campaign.Campaign) error {
	slots, err := in.slots(c.Schedule)
	if err != nil {
		return err
	}
	if len(slots) > 0 {
		waits, err := in.store.Sending.ScheduleCampaign(ctx, c.ID, slots[0])
		if campaign.CodeOf(err) == campaign.Conflict { // it may need a second person, and is a draft until then
			return fmt.Errorf("the campaign %s was made, as a draft: %w. Ask by: glasnik campaigns ask %s --schedule", c.ID, err, c.ID)
		}
		if err != nil {
			return err
		}
		c = waits
		if err := in.acted(ctx, campaign.ActScheduleCampaign, "/campaigns/"+c.ID, c.Name); err != nil {
			return err
		}
	}
	return showCreated(in, c, slots)
}

// schedule makes a schedule of the flags; a time may be written with a space or a T.
func (in *installation) schedule(n newCampaign) (s campaign.Schedule, err error) {
	s.Zone = cmp.Or(n.timezone, in.cfg.Timezone)
	switch {
	case n.at != "":
		s.Kind, s.Wall = campaign.Once, strings.Replace(strings.TrimSpace(n.at), " ", "T", 1)
	case n.cron != "":
		s.Kind, s.Cron = campaign.ByCron, n.cron
	case n.every != "":
		loc, err := time.LoadLocation(s.Zone)
		if err != nil {
			loc = in.cfg.zone // the planner says what is wrong with it
		}
		s.Kind = campaign.ByRule
		if s.Rule, err = schedule.ParseRule(n.every, in.now().In(loc)); err != nil {
			return s, err
		}
		for _, d := range n.daysOff {
			s.Rule.DaysOff = append(s.Rule.DaysOff, campaign.DaysOff(d))
		}
		if s.Rule.Then = campaign.OnDayOff(n.onDayOff); n.onDayOff == "skip" {
			s.Rule.Then = campaign.SkipDay
		}
	}
	return s, nil
}

// window puts the hours in which it may leave into a campaign.
func (n newCampaign) window(c *campaign.Campaign) (err error) {
	if n.between != "" {
		from, until, ok := strings.Cut(n.between, "-")
		if !ok {
			return usagef("--between is written as 08:00-18:00")
		}
		c.Window.Hours = campaign.Hours{From: strings.TrimSpace(from), Until: strings.TrimSpace(until)}
	}
	c.Window.Workdays, c.Window.Spread, c.Together = n.workdays, n.spread, n.together
	c.Priority, err = campaign.ParsePriority(n.priority)
	return campaign.Together(err, c.Window.Check())
}

// joinDaysOff lists the days off one can choose among.
func joinDaysOff() string {
	return strings.Join(campaign.Collect(campaign.AllDaysOff(), func(d campaign.DaysOff) string { return string(d) }), ", ")
}

// slots returns the next times of a schedule, at most five; a schedule without any is a mistake.
func (in *installation) slots(s campaign.Schedule) ([]campaign.Slot, error) {
	if s.Kind == campaign.Manual {
		return nil, nil
	}
	slots, err := in.planner.Next(s, in.now(), 5)
	if err == nil && len(slots) == 0 {
		if err = campaign.FieldError("at", "the time %s has passed already", s.Wall); s.Kind == campaign.ByRule {
			err = campaign.FieldError("until", "no time is left before the end of the rule")
		}
	}
	return slots, err
}

func (in *installation) listIDs(ctx context.Context, names []string) ([]string, error) {
	var ids []string
	for _, name := range names {
		l, err := in.store.Lists.GetListByName(ctx, name)
		if campaign.CodeOf(err) == campaign.NotFound {
			return nil, in.noSuchList(ctx, name)
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, l.ID)
	}
	return ids, nil
}

func (in *installation) noSuchList(ctx context.Context, name string) error {
	lists, err := in.store.Lists.FindLists(ctx, false)
	if err != nil {
		return err
	}
	names := campaign.Collect(lists, func(l campaign.List) string { return l.Name })
	if len(names) == 0 {
		return campaign.Errorf(campaign.NotFound, "there is no list %q, and no other: “glasnik contacts import FILE --list %s” makes one", name, name)
	}
	return campaign.Errorf(campaign.NotFound, "there is no list %q; there are %s", name, strings.Join(names, ", "))
}

// sender is who a new campaign is from.
func (in *installation) sender(ctx context.Context, from string) (campaign.Sender, error) {
	if from != "" {
		s, err := parseSender(from)
		if err != nil {
			return s, usagef("--from must be an address, with or without a name: %v", err)
		}
		return s, nil
	}
	settings, err := in.store.Settings.GetSettings(ctx)
	switch {
	case err != nil:
		return campaign.Sender{}, err
	case len(settings.Senders) > 0:
		return settings.Senders[0], nil
	case in.cfg.from.Email != "":
		return in.cfg.from, nil
	}
	return campaign.Sender{}, campaign.Errorf(campaign.Invalid, "say who the campaign is from: give --from, set %sFROM, or add a sender in the panel's settings", prefix)
}

// createdJSON is a campaign with its schedule in words.
type createdJSON struct {
	campaign.Campaign
	Words string     `json:"schedule_in_words,omitempty"`
	Next  []slotJSON `json:"next,omitempty"`
}

type slotJSON struct {
	At   time.Time `json:"at"`
	Wall string    `json:"wall"`
	Note string    `json:"note,omitempty"`
}

func showCreated(in *installation, c campaign.Campaign, slots []campaign.Slot) error {
	var words campaign.Text
	if len(slots) > 0 {
		var err error
		if words, err = in.planner.Describe(c.Schedule); err != nil {
			return err
		}
	}
	if in.asJSON {
		next := campaign.Collect(slots, func(s campaign.Slot) slotJSON { return slotJSON{s.At, s.Wall, s.Note.String()} })
		return in.sayJSON(createdJSON{Campaign: c, Words: words.String(), Next: next})
	}
	in.say("%s", c.ID)
	if len(slots) == 0 {
		in.say("“%s” is a draft. Send it with: glasnik campaigns send %s --wait", c.Name, c.ID)
		return nil
	}
	in.say("“%s” leaves %s, while “glasnik serve” is running. Next:", c.Name, words)
	for _, s := range slots {
		in.say("  %s", describeSlot(s, c.Schedule.Zone))
	}
	return nil
}

func describeSlot(s campaign.Slot, zone string) string {
	wall, err := time.Parse(campaign.WallLayout, s.Wall)
	text := s.Wall
	if err == nil {
		text = wall.Format("Monday, 2 January 2006, 15:04")
	}
	return strings.Join(slices.DeleteFunc([]string{text, zone, s.Note.String()}, func(s string) bool { return s == "" }), ", ")
}

// showTime writes an instant in the installation's time zone.
func (in *installation) showTime(t time.Time) string {
	return t.In(in.cfg.zone).Format("2 January 2006, 15:04")
}
