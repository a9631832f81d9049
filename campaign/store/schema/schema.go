// Package schema names the collections of the store, with the fields each can be asked by and the indexes over them. It reads
// and writes nothing.
package schema

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
)

// A field that is not declared is stored too, but only comes back with its document.
var (
	Contacts = &document.Collection{
		Name: "contacts", Sample: campaign.Contact{},
		Fields: slices.Concat(
			document.Int.Fields("version"),
			document.Text.Fields("email", "address", "kind", "organisation_id", "language", "tracking", "status", "sort_name", "text"),
			document.Time.Fields("created_at", "updated_at"), document.Texts.Fields("tags", "on"),
		),
		Indexes: []document.Index{
			{Fields: []string{"address"}, Unique: true}, {Fields: []string{"sort_name"}}, {Fields: []string{"updated_at"}},
			{Fields: []string{"kind"}, Bitmap: true}, {Fields: []string{"language"}, Bitmap: true}, {Fields: []string{"status"}, Bitmap: true},
			{Fields: []string{"organisation_id"}, Bitmap: true}, {Fields: []string{"tags"}}, {Fields: []string{"on"}}, {Fields: []string{"text"}, Trigram: true},
			// rare values are found in the order of names without walking the contacts that have others
			{Fields: []string{"status", "sort_name"}}, {Fields: []string{"language", "sort_name"}}, {Fields: []string{"kind", "sort_name"}},
		},
		Scanned: []string{"tracking", "created_at", "updated_at", "text"},
		Facts:   func(doc any) []string { return segment.Facts(doc.(*campaign.Contact)) }, FactsVersion: 2,
	}
	Organisations = &document.Collection{
		Name: "organisations", Sample: campaign.Organisation{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("name", "sort_name", "key", "kind", "text"), document.Time.Fields("created_at"),
		),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}, {Fields: []string{"sort_name"}}, {Fields: []string{"kind"}, Bitmap: true}, {Fields: []string{"text"}, Trigram: true}},
	}
	Lists = &document.Collection{
		Name: "lists", Sample: campaign.List{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("key"), document.Bool.Fields("public", "archived")),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}},
	}
	Segments = &document.Collection{
		Name: "segments", Sample: segment.Segment{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("key"), document.Time.Fields("updated_at")),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}},
	}
	Suppressions = &document.Collection{
		Name: "suppressions", Sample: campaign.Suppression{},
		Fields:  slices.Concat(document.Text.Fields("reason", "domain", "bulk_id"), document.Time.Fields("at")),
		Indexes: []document.Index{{Fields: []string{"at"}}, {Fields: []string{"reason", "at"}}, {Fields: []string{"domain", "at"}}},
	}
	Releases = &document.Collection{
		Name: "releases", Sample: campaign.Release{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("title", "kind", "text", "layout"), document.Bool.Fields("archived"),
			document.Time.Fields("embargo", "created_at", "updated_at", "published_at"), document.Texts.Fields("media"),
		),
		Indexes: []document.Index{{Fields: []string{"updated_at"}}, {Fields: []string{"text"}, Trigram: true}, {Fields: []string{"media"}}, {Fields: []string{"layout"}}, {Fields: []string{"embargo"}}, {Fields: []string{"published_at"}}},
	}
	Layouts = &document.Collection{
		Name: "layouts", Sample: campaign.Layout{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("key")),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}},
	}
	Revisions = &document.Collection{
		Name: "revisions", Sample: campaign.Revision{},
		Fields:  slices.Concat(document.Text.Fields("release_id", "language"), document.Time.Fields("at")),
		Indexes: []document.Index{{Fields: []string{"release_id", "language", "at"}}},
	}
	WorkingCopies = &document.Collection{
		Name: "working_copies", Sample: campaign.WorkingCopy{},
		Fields:  slices.Concat(document.Text.Fields("release_id", "user_id"), document.Bool.Fields("new"), document.Time.Fields("seen_at")),
		Indexes: []document.Index{{Fields: []string{"release_id"}}, {Fields: []string{"user_id"}}, {Fields: []string{"seen_at"}}},
	}
	Files     = &document.Collection{Name: "files", Sample: campaign.File{}, Fields: slices.Concat(document.Bytes.Fields("data"), document.Time.Fields("since")), Indexes: []document.Index{{Fields: []string{"since"}}}}
	Campaigns = &document.Collection{
		Name: "campaigns", Sample: campaign.Campaign{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("name", "sort_name", "release_id", "follows_id", "state"),
			document.Time.Fields("next_at", "created_at", "updated_at", "alone_at", "join_until"),
		),
		Indexes: []document.Index{
			{Fields: []string{"state", "next_at"}}, {Fields: []string{"next_at"}}, {Fields: []string{"updated_at"}}, {Fields: []string{"created_at"}}, {Fields: []string{"sort_name"}},
			{Fields: []string{"release_id"}}, {Fields: []string{"follows_id"}}, {Fields: []string{"alone_at"}}, {Fields: []string{"join_until"}},
		},
	}
	Runs = &document.Collection{
		Name: "runs", Sample: campaign.Run{},
		Fields: slices.Concat(
			document.Int.Fields("version"),
			document.Text.Fields("campaign_id", "release_id", "trigger", "state", "cursor", "reason", "resend", "sender"),
			document.Time.Fields("slot", "created_at", "started_at", "ended_at"), document.Bool.Fields("planned"), document.Texts.Fields("settled"),
		),
		Indexes: []document.Index{{Fields: []string{"campaign_id", "slot"}}, {Fields: []string{"state"}}, {Fields: []string{"created_at"}}, {Fields: []string{"slot"}}, {Fields: []string{"release_id", "slot"}}, {Fields: []string{"settled"}}, {Fields: []string{"sender"}}},
	}
	Editions = &document.Collection{
		Name: "editions", Sample: edition.Edition{}, Fields: document.Texts.Fields("media"), Indexes: []document.Index{{Fields: []string{"media"}}},
	}
	Upcomings = &document.Collection{
		Name: "upcomings", Sample: campaign.Upcoming{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("campaign_id", "release_id", "state"), document.Time.Fields("slot")),
		Indexes: []document.Index{{Fields: []string{"campaign_id", "slot"}}, {Fields: []string{"state", "slot"}}, {Fields: []string{"release_id"}}},
	}
	Series = &document.Collection{
		Name: "series", Sample: campaign.Series{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("state", "sort_name"), document.Time.Fields("updated_at")),
		Indexes: []document.Index{{Fields: []string{"state"}}, {Fields: []string{"sort_name"}}},
	}
	Enrolments = &document.Collection{
		Name: "enrolments", Sample: campaign.Enrolment{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("series_id", "contact_id", "state", "step", "run_id"), document.Time.Fields("due_at"),
		),
		Indexes: []document.Index{
			{Fields: []string{"series_id", "state", "due_at"}}, {Fields: []string{"series_id", "step", "state", "due_at"}}, {Fields: []string{"run_id"}}, {Fields: []string{"contact_id"}},
		},
	}
	Deliveries = &document.Collection{
		Name: "deliveries", Sample: campaign.Delivery{},
		Fields: slices.Concat(
			document.Text.Fields("run_id", "campaign_id", "contact_id", "email", "name", "domain", "language", "arm", "tracking", "state", "reason", "queue", "server"),
			document.Int.Fields("shard", "code", "attempts", "epoch"), document.Bool.Fields("dead"),
			document.Time.Fields("next_at", "made_at", "sent_at", "last_at"),
		),
		// Each index costs every message. The first returns the queue in the order of ids; with the fields after the id
		// deliveries are counted and skipped without being read. The last holds only those that were deferred.
		Indexes: []document.Index{
			{Fields: []string{"run_id", "state", "id", "domain", "language", "tracking"}}, {Fields: []string{"contact_id", "made_at"}},
			{Fields: []string{"run_id", "shard", "next_at", "id", "domain"}, Partial: "next_at"},
		},
		Retired: []document.Index{
			{Fields: []string{"run_id", "state"}}, {Fields: []string{"run_id", "domain"}}, {Fields: []string{"run_id", "language"}},
			{Fields: []string{"run_id", "tracking"}}, {Fields: []string{"contact_id"}},
		},
	}
	Holds = &document.Collection{
		Name: "holds", Sample: campaign.Hold{},
		Fields: slices.Concat(document.Int.Fields("version"), document.Time.Fields("until")),
	}
	MailDomains = &document.Collection{
		Name: "mail_domains", Sample: campaign.MailDomain{},
		Fields:  slices.Concat(document.Text.Fields("provider"), document.Time.Fields("until")),
		Indexes: []document.Index{{Fields: []string{"provider"}}, {Fields: []string{"until"}}},
	}
	LearnedLimits = &document.Collection{
		Name: "learned_limits", Sample: campaign.LearnedLimit{},
		Fields: slices.Concat(document.Int.Fields("version"), document.Text.Fields("provider"), document.Time.Fields("changed_at")),
	}
	WarmDays = &document.Collection{Name: "warm_days", Sample: campaign.WarmDay{}}
	Events   = &document.Collection{
		Name: "events", Sample: campaign.Event{}, Followed: "contact_id",
		Fields: slices.Concat(
			document.Text.Fields("run_id", "campaign_id", "kind", "verdict", "delivery_id", "contact_id", "reader", "arm"),
			document.Int.Fields("link", "hour"), document.Time.Fields("at"), document.Bool.Fields("known"),
		),
		Indexes: []document.Index{
			{Fields: []string{"run_id", "kind"}}, {Fields: []string{"contact_id"}}, {Fields: []string{"delivery_id"}}, {Fields: []string{"at"}},
			{Fields: []string{"run_id", "kind", "verdict", "link", "hour", "known"}}, // holds all that the figures need
			{Fields: []string{"run_id", "kind", "verdict", "contact_id", "link"}},    // holds who did what
		},
		Retired: []document.Index{{Fields: []string{"run_id", "kind", "verdict", "link", "hour"}}},
	}
	Media = &document.Collection{
		Name: "media", Sample: campaign.MediaItem{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("kind", "people", "original", "text"), document.Bool.Fields("no_alt", "no_consent"),
			document.Time.Fields("created_at", "ends"), document.Texts.Fields("hashes"),
		),
		Indexes: []document.Index{
			{Fields: []string{"created_at"}}, {Fields: []string{"ends"}}, {Fields: []string{"kind"}, Bitmap: true}, {Fields: []string{"original"}}, {Fields: []string{"hashes"}}, {Fields: []string{"text"}, Trigram: true},
		},
	}
	Users = &document.Collection{
		Name: "users", Sample: campaign.User{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("address", "role"), document.Bool.Fields("disabled"),
		),
		Indexes: []document.Index{{Fields: []string{"address"}, Unique: true}},
	}
	SignInLinks = &document.Collection{
		Name: "sign_in_links", Sample: campaign.SignInLink{},
		Fields: slices.Concat(document.Text.Fields("user_id"), document.Time.Fields("expires_at")), Indexes: []document.Index{{Fields: []string{"expires_at"}}},
	}
	Sessions = &document.Collection{
		Name: "sessions", Sample: campaign.Session{},
		Fields: slices.Concat(document.Bytes.Fields("data"), document.Time.Fields("expires_at")), Indexes: []document.Index{{Fields: []string{"expires_at"}}},
	}
	Vocabularies = &document.Collection{Name: "vocabularies", Sample: campaign.Vocabulary{}, Fields: document.Int.Fields("version")}
	Settings     = &document.Collection{Name: "settings", Sample: campaign.Settings{}, Fields: document.Int.Fields("version")}
	Mappings     = &document.Collection{Name: "mappings", Sample: campaign.Mapping{}}
	Imports      = &document.Collection{
		Name: "imports", Sample: campaign.Import{},
		Fields: slices.Concat(document.Int.Fields("version"), document.Text.Fields("state"), document.Time.Fields("started_at")), Indexes: []document.Index{{Fields: []string{"started_at"}}},
	}
	UndoRecords = &document.Collection{
		Name: "import_changes", Sample: campaign.UndoRecord{}, // once only imports wrote them
		Fields: document.Text.Fields("contact_id"), Indexes: []document.Index{{Fields: []string{"contact_id"}}},
	}
	Journal = &document.Collection{
		Name: "journal", Sample: campaign.Entry{},
		Fields: slices.Concat(
			document.Time.Fields("at"), document.Text.Fields("kind", "contact_id", "user_id", "detail"), document.Bool.Fields("audit"),
		),
		Indexes: []document.Index{{Fields: []string{"contact_id"}}, {Fields: []string{"user_id"}}, {Fields: []string{"kind"}}, {Fields: []string{"audit"}}, {Fields: []string{"at"}}},
	}
	Notices = &document.Collection{
		Name: "notices", Sample: campaign.Notice{},
		Fields: slices.Concat(document.Text.Fields("address", "kind", "about"), document.Time.Fields("at")), Indexes: []document.Index{{Fields: []string{"address"}}, {Fields: []string{"at"}}, {Fields: []string{"kind"}}, {Fields: []string{"about"}}},
	}
	SignUps = &document.Collection{
		Name: "sign_ups", Sample: campaign.SignUp{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("address_hash"), document.Time.Fields("expires_at", "confirmed_at"),
		),
		Indexes: []document.Index{{Fields: []string{"address_hash"}}, {Fields: []string{"expires_at"}}},
	}
	Wishes = &document.Collection{
		Name: "wishes", Sample: campaign.Wish{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("contact_id", "address_hash"), document.Time.Fields("expires_at"),
		),
		Indexes: []document.Index{{Fields: []string{"contact_id"}}, {Fields: []string{"address_hash"}}, {Fields: []string{"expires_at"}}},
	}
	AddressChanges = &document.Collection{
		Name: "address_changes", Sample: campaign.AddressChange{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("contact_id", "address_hash", "former"),
			document.Time.Fields("expires_at", "due_at"), document.Bool.Fields("waiting"),
		),
		Indexes: []document.Index{
			{Fields: []string{"contact_id"}}, {Fields: []string{"address_hash"}}, {Fields: []string{"former"}}, {Fields: []string{"expires_at"}}, {Fields: []string{"waiting", "due_at"}},
		},
	}
	Requests = &document.Collection{
		Name: "requests", Sample: campaign.Request{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("contact_id"), document.Bool.Fields("open", "reply"),
			document.Time.Fields("due_at"),
		),
		Indexes: []document.Index{{Fields: []string{"open", "due_at"}}, {Fields: []string{"contact_id"}}, {Fields: []string{"reply", "open", "due_at"}}},
	}
	HygieneEntries = &document.Collection{
		Name: "hygiene", Sample: campaign.HygieneEntry{},
		Fields:  slices.Concat(document.Text.Fields("kind", "contact_id", "domain", "look"), document.Time.Fields("since")),
		Indexes: []document.Index{{Fields: []string{"kind", "domain"}}, {Fields: []string{"contact_id"}}, {Fields: []string{"look"}}},
	}
	HygieneLooks = &document.Collection{Name: "hygiene_looks", Sample: campaign.HygieneLook{}, Fields: document.Int.Fields("version")}
	DomainStates = &document.Collection{Name: "domain_states", Sample: campaign.DomainState{}, Fields: document.Time.Fields("at")}
	Enquiries    = &document.Collection{
		Name: "enquiries", Sample: campaign.Enquiry{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("contact_id"), document.Bool.Fields("open"), document.Time.Fields("at")),
		Indexes: []document.Index{{Fields: []string{"open", "at"}}, {Fields: []string{"contact_id"}}},
	}
	Erasures      = &document.Collection{Name: "erasures", Sample: campaign.Erasure{}}
	Installations = &document.Collection{
		Name: "installation", Sample: campaign.Installation{}, Fields: document.Int.Fields("version", "epoch"),
	}
	Retention = &document.Collection{Name: "retention", Sample: campaign.RetentionReport{}}
	Reviews   = &document.Collection{
		Name: "reviews", Sample: campaign.Review{}, Fields: document.Time.Fields("at"), Indexes: []document.Index{{Fields: []string{"at"}}},
	}
	Progress  = &document.Collection{Name: "progress", Sample: campaign.Progress{}, Fields: document.Time.Fields("at"), Indexes: []document.Index{{Fields: []string{"at"}}}}
	Snapshots = &document.Collection{Name: "snapshots", Sample: edition.Snapshot{}, Fields: document.Text.Fields("campaign_id"), Indexes: []document.Index{{Fields: []string{"campaign_id"}}}}
	Comments  = &document.Collection{
		Name: "comments", Sample: campaign.Comment{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("release_id"), document.Bool.Fields("resolved"), document.Time.Fields("at")),
		Indexes: []document.Index{{Fields: []string{"release_id", "at"}}},
	}
	Mailboxes   = &document.Collection{Name: "mailboxes", Sample: campaign.Mailbox{}, Fields: document.Int.Fields("version")}
	SigningKeys = &document.Collection{
		Name: "signing_keys", Sample: campaign.SigningKey{},
		Fields: slices.Concat(document.Int.Fields("version"), document.Text.Fields("domain", "state"), document.Time.Fields("made_at")),
	}
	AlarmBoards  = &document.Collection{Name: "alarm_boards", Sample: campaign.AlarmBoard{}, Fields: document.Int.Fields("version")}
	SenderLooks  = &document.Collection{Name: "sender_looks", Sample: campaign.SenderLook{}, Fields: document.Int.Fields("version")}
	DMARCReports = &document.Collection{
		Name: "dmarc_reports", Sample: campaign.DMARCReport{}, Fields: document.Time.Fields("until"), Indexes: []document.Index{{Fields: []string{"until"}}},
	}
	Actions = &document.Collection{
		Name: "actions", Sample: campaign.Action{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("key"), document.Time.Fields("created_at"), document.Texts.Fields("campaigns")),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}, {Fields: []string{"created_at"}}, {Fields: []string{"campaigns"}}},
	}
	Coverage = &document.Collection{
		Name: "coverage", Sample: campaign.Coverage{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("action_id", "release_id", "contact_id", "journalist", "note"), document.Time.Fields("day")),
		Indexes: []document.Index{{Fields: []string{"day"}}, {Fields: []string{"action_id", "day"}}, {Fields: []string{"release_id", "day"}}, {Fields: []string{"contact_id", "day"}}},
	}
	Activities = &document.Collection{
		Name: "activities", Sample: campaign.Activity{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("action_id", "release_id"), document.Time.Fields("day")),
		Indexes: []document.Index{{Fields: []string{"day"}}, {Fields: []string{"action_id", "day"}}, {Fields: []string{"release_id", "day"}}},
	}
	HelplineTotals = &document.Collection{
		Name: "helpline_totals", Sample: campaign.HelplineTotal{},
		Fields: slices.Concat(document.Int.Fields("version"), document.Time.Fields("month")), Indexes: []document.Index{{Fields: []string{"month"}}},
	}
	APITokens = &document.Collection{
		Name: "api_tokens", Sample: campaign.APIToken{}, Fields: document.Time.Fields("created_at", "used_at"), Indexes: []document.Index{{Fields: []string{"created_at"}}},
	}
	SavedViews = &document.Collection{
		Name: "saved_views", Sample: campaign.SavedView{}, Fields: document.Time.Fields("created_at"), Indexes: []document.Index{{Fields: []string{"created_at"}}},
	}
	Heirs   = &document.Collection{Name: "heirs", Sample: campaign.Heir{}}
	Aliases = &document.Collection{
		Name: "aliases", Sample: campaign.Alias{},
		Fields: slices.Concat(document.Text.Fields("address", "contact_id"), document.Bool.Fields("beside")), Indexes: []document.Index{{Fields: []string{"address"}}, {Fields: []string{"contact_id"}}},
	}
)
