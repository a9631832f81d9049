package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// newCampaign is what “campaigns create” was told.
type newCampaign struct {
	release, name, from string
	lists, exclude      []string
	segments, without   []string
	at, cron, timezone  string
	often               bool
}

func campaignsCreateCommand(p *program) *cobra.Command {
	var n newCampaign
	cmd := &cobra.Command{
		Use: "create --release ID --list NAME… [--segment NAME…] [--at TIME | --cron EXPR]", Short: "Make a campaign of a release and lists", Args: cobra.NoArgs,
		Long: `Make a campaign of a release and one or more lists. With --segment only those
members get it who are in one of the segments; with segments and no list, the
members of any list who are. Without --at or --cron it is
a draft, to be sent by “campaigns send” or in the panel. With --at it leaves once,
at a wall time in the time zone; with --cron again and again. A cron expression
has five fields (minute hour day month weekday) or is @hourly, @daily, @weekly,
@monthly, @yearly or @every 30m. A run is sent by “glasnik serve”.`,
		Example: `  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --list Schools
  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --at "2026-10-18 09:00" --timezone Europe/Belgrade
  glasnik campaigns create --release 2m3n4p5q6r7s8t9v --list Press --cron "0 9 * * 1" --json`,
		RunE: p.does(func(cmd *cobra.Command, _ []string) error {
			for name, value := range map[string]string{"at": n.at, "cron": n.cron} {
				if cmd.Flags().Changed(name) && strings.TrimSpace(value) == "" {
					return usagef("--%s says nothing: give it a value, or leave it out for a draft", name)
				}
			}
			if n.at != "" && n.cron != "" {
				return usagef("--at and --cron cannot be given together")
			}
			return p.with(cmd.Context(), func(in *installation) error { return createCampaign(cmd.Context(), in, n) })
		}),
	}
	f := cmd.Flags()
	f.StringVar(&n.release, "release", "", "id of the release to send (required)")
	f.StringArrayVar(&n.lists, "list", nil, "name of a list to send to; may be given several times (required, or --segment)")
	f.StringArrayVar(&n.segments, "segment", nil, "name of a saved segment to send to; may be given several times")
	f.StringArrayVar(&n.without, "exclude-segment", nil, "name of a saved segment that is left out; may be given several times")
	f.StringArrayVar(&n.exclude, "exclude", nil, "name of a list whose members are left out; may be given several times")
	f.StringVar(&n.name, "name", "", "the campaign's name (default: the release's title)")
	f.StringVar(&n.from, "from", "", "the sender, as “Name <address>” (default: the first sender of the panel's settings, or "+prefix+"FROM)")
	f.StringVar(&n.at, "at", "", "when it leaves, such as “2026-10-18 09:00”")
	f.StringVar(&n.cron, "cron", "", "when it leaves again and again, such as “0 9 * * 1”")
	f.BoolVar(&n.often, "often", false, "let --cron leave more often than every hour")
	f.StringVar(&n.timezone, "timezone", "", "the time zone of --at and --cron (default: "+prefix+"TIMEZONE)")
	_ = cmd.MarkFlagRequired("release")
	cmd.MarkFlagsOneRequired("list", "segment")
	return withJSON(p, cmd)
}

func createCampaign(ctx context.Context, in *installation, n newCampaign) error {
	release, err := in.release(ctx, n.release)
	if err != nil {
		return err
	}
	if err := templates.CheckRelease(&release); err != nil {
		return err
	}
	c := campaign.Campaign{Name: n.name, Release: release.ID, Schedule: in.schedule(n)}
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
	slots, err := in.slots(c.Schedule)
	if err != nil {
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
	if len(slots) > 0 {
		if c, err = in.store.Sending.ScheduleCampaign(ctx, c.ID, slots[0]); err != nil {
			return err
		}
	}
	return showCreated(in, c, slots)
}

// schedule makes a schedule of the flags; a time may be written with a space or a T.
func (in *installation) schedule(n newCampaign) campaign.Schedule {
	s := campaign.Schedule{Zone: n.timezone}
	s.Zone = cmp.Or(s.Zone, in.cfg.Timezone)
	switch {
	case n.at != "":
		s.Kind, s.Wall = campaign.Once, strings.Replace(strings.TrimSpace(n.at), " ", "T", 1)
	case n.cron != "":
		s.Kind, s.Cron = campaign.ByCron, n.cron
	}
	return s
}

// slots returns the next times of a schedule, at most five; a schedule without any is a mistake.
func (in *installation) slots(s campaign.Schedule) ([]campaign.Slot, error) {
	if s.Kind == campaign.Manual {
		return nil, nil
	}
	slots, err := in.planner.Next(s, in.now(), 5)
	if err == nil && len(slots) == 0 {
		err = campaign.FieldError("at", "the time %s has passed already", s.Wall)
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
	wall, err := time.Parse("2006-01-02T15:04", s.Wall)
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
