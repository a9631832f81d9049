package store

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
)

// The collections and the fields each can be asked by. A field that is not declared is kept, but only comes back with
// its document.
var (
	contacts = &document.Collection{
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
			// what few contacts have is found in the order tables begin with, without walking those who do not have it
			{Fields: []string{"status", "sort_name"}}, {Fields: []string{"language", "sort_name"}}, {Fields: []string{"kind", "sort_name"}},
		},
		Scanned: []string{"tracking", "created_at", "updated_at", "text"},
		Facts:   func(doc any) []string { return segment.Facts(doc.(*campaign.Contact)) },
	}
	organisations = &document.Collection{
		Name: "organisations", Sample: campaign.Organisation{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("name", "key", "kind", "text"), document.Time.Fields("created_at"),
		),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}, {Fields: []string{"kind"}, Bitmap: true}, {Fields: []string{"text"}, Trigram: true}},
	}
	lists = &document.Collection{
		Name: "lists", Sample: campaign.List{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("key"), document.Bool.Fields("public", "archived")),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}},
	}
	segments = &document.Collection{
		Name: "segments", Sample: segment.Segment{},
		Fields:  slices.Concat(document.Int.Fields("version"), document.Text.Fields("key"), document.Time.Fields("updated_at")),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}},
	}
	suppressions = &document.Collection{
		Name: "suppressions", Sample: campaign.Suppression{},
		Fields:  slices.Concat(document.Text.Fields("reason"), document.Time.Fields("at")),
		Indexes: []document.Index{{Fields: []string{"at"}}},
	}
	releases = &document.Collection{
		Name: "releases", Sample: campaign.Release{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("title", "kind"), document.Bool.Fields("archived"),
			document.Time.Fields("created_at", "updated_at"),
		),
		Indexes: []document.Index{{Fields: []string{"updated_at"}}},
	}
	files     = &document.Collection{Name: "files", Sample: campaign.File{}, Fields: document.Bytes.Fields("data")}
	campaigns = &document.Collection{
		Name: "campaigns", Sample: campaign.Campaign{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("name", "release_id", "state"),
			document.Time.Fields("next_at", "created_at", "updated_at"),
		),
		Indexes: []document.Index{{Fields: []string{"state", "next_at"}}, {Fields: []string{"updated_at"}}, {Fields: []string{"release_id"}}},
	}
	runs = &document.Collection{
		Name: "runs", Sample: campaign.Run{},
		Fields: slices.Concat(
			document.Int.Fields("version"),
			document.Text.Fields("campaign_id", "release_id", "trigger", "state", "cursor", "reason", "resend"),
			document.Time.Fields("slot", "created_at", "started_at", "ended_at"), document.Bool.Fields("planned"),
		),
		Indexes: []document.Index{{Fields: []string{"campaign_id", "slot"}}, {Fields: []string{"state"}}, {Fields: []string{"created_at"}}},
	}
	editions   = &document.Collection{Name: "editions", Sample: edition.Edition{}}
	deliveries = &document.Collection{
		Name: "deliveries", Sample: campaign.Delivery{},
		Fields: slices.Concat(
			document.Text.Fields("run_id", "campaign_id", "contact_id", "email", "name", "domain", "language", "tracking", "state", "reason", "queue"),
			document.Int.Fields("shard", "code", "attempts", "epoch"), document.Bool.Fields("dead"),
			document.Time.Fields("next_at", "made_at", "sent_at", "last_at"),
		),
		// Each index costs every message. The first gives the queue in the order of ids; what stands behind the id is there
		// to be counted, and passed over, without looking at the deliveries. The last holds those that were deferred alone.
		Indexes: []document.Index{
			{Fields: []string{"run_id", "state", "id", "domain", "language", "tracking"}}, {Fields: []string{"contact_id"}},
			{Fields: []string{"run_id", "shard", "next_at", "id", "domain"}, Partial: "next_at"},
		},
		Retired: []document.Index{
			{Fields: []string{"run_id", "state"}}, {Fields: []string{"run_id", "domain"}}, {Fields: []string{"run_id", "language"}},
			{Fields: []string{"run_id", "tracking"}},
		},
	}
	holds = &document.Collection{
		Name: "holds", Sample: campaign.Hold{},
		Fields: slices.Concat(document.Int.Fields("version"), document.Time.Fields("until")),
	}
	events = &document.Collection{
		Name: "events", Sample: campaign.Event{}, Followed: "contact_id",
		Fields: slices.Concat(
			document.Text.Fields("run_id", "campaign_id", "kind", "verdict", "delivery_id", "contact_id", "reader"),
			document.Int.Fields("link", "hour"), document.Time.Fields("at"), document.Bool.Fields("known"),
		),
		Indexes: []document.Index{
			{Fields: []string{"run_id", "kind"}}, {Fields: []string{"contact_id"}}, {Fields: []string{"delivery_id"}}, {Fields: []string{"at"}},
			{Fields: []string{"run_id", "kind", "verdict", "link", "hour", "known"}}, // answers the figures by itself
			{Fields: []string{"run_id", "kind", "verdict", "contact_id", "link"}},    // and this one, who did what
		},
		Retired: []document.Index{{Fields: []string{"run_id", "kind", "verdict", "link", "hour"}}},
	}
	users = &document.Collection{
		Name: "users", Sample: campaign.User{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("address", "role"), document.Bool.Fields("disabled"),
		),
		Indexes: []document.Index{{Fields: []string{"address"}, Unique: true}},
	}
	signInLinks = &document.Collection{
		Name: "sign_in_links", Sample: campaign.SignInLink{},
		Fields: slices.Concat(document.Text.Fields("user_id"), document.Time.Fields("expires_at")), Indexes: []document.Index{{Fields: []string{"expires_at"}}},
	}
	sessions = &document.Collection{
		Name: "sessions", Sample: campaign.Session{},
		Fields: slices.Concat(document.Bytes.Fields("data"), document.Time.Fields("expires_at")), Indexes: []document.Index{{Fields: []string{"expires_at"}}},
	}
	settings = &document.Collection{Name: "settings", Sample: campaign.Settings{}, Fields: document.Int.Fields("version")}
	mappings = &document.Collection{Name: "mappings", Sample: campaign.Mapping{}}
	imports  = &document.Collection{
		Name: "imports", Sample: campaign.Import{},
		Fields: slices.Concat(document.Int.Fields("version"), document.Text.Fields("state"), document.Time.Fields("started_at")), Indexes: []document.Index{{Fields: []string{"started_at"}}},
	}
	kept = &document.Collection{
		Name: "import_changes", Sample: campaign.UndoRecord{}, // the name is from when only imports kept anything
		Fields: document.Text.Fields("contact_id"), Indexes: []document.Index{{Fields: []string{"contact_id"}}},
	}
	bulks = &document.Collection{
		Name: "bulks", Sample: Bulk{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("state"), document.Bool.Fields("in_hand"),
			document.Time.Fields("touched_at", "started_at"),
		),
		Indexes: []document.Index{{Fields: []string{"state"}}, {Fields: []string{"started_at"}}},
	}
	leases = &document.Collection{
		Name: "leases", Sample: Lease{},
		Fields: slices.Concat(document.Text.Fields("owner"), document.Int.Fields("epoch", "beat")),
	}
	journal = &document.Collection{
		Name: "journal", Sample: campaign.Entry{},
		Fields: slices.Concat(
			document.Time.Fields("at"), document.Text.Fields("kind", "contact_id", "user_id", "detail"), document.Bool.Fields("audit"),
		),
		Indexes: []document.Index{{Fields: []string{"contact_id"}}, {Fields: []string{"user_id"}}, {Fields: []string{"kind"}}, {Fields: []string{"audit"}}, {Fields: []string{"at"}}},
	}
	notices = &document.Collection{
		Name: "notices", Sample: campaign.Notice{},
		Fields: slices.Concat(document.Text.Fields("address"), document.Time.Fields("at")), Indexes: []document.Index{{Fields: []string{"address"}}, {Fields: []string{"at"}}},
	}
	signUps = &document.Collection{
		Name: "sign_ups", Sample: campaign.SignUp{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("address_hash"), document.Time.Fields("expires_at", "confirmed_at"),
		),
		Indexes: []document.Index{{Fields: []string{"address_hash"}}, {Fields: []string{"expires_at"}}},
	}
	wishes = &document.Collection{
		Name: "wishes", Sample: campaign.Wish{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("contact_id", "address_hash"), document.Time.Fields("expires_at"),
		),
		Indexes: []document.Index{{Fields: []string{"contact_id"}}, {Fields: []string{"address_hash"}}, {Fields: []string{"expires_at"}}},
	}
	addressChanges = &document.Collection{
		Name: "address_changes", Sample: campaign.AddressChange{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("contact_id", "address_hash", "former"),
			document.Time.Fields("expires_at", "due_at"), document.Bool.Fields("waiting"),
		),
		Indexes: []document.Index{
			{Fields: []string{"contact_id"}}, {Fields: []string{"address_hash"}}, {Fields: []string{"former"}}, {Fields: []string{"expires_at"}}, {Fields: []string{"waiting", "due_at"}},
		},
	}
	requests = &document.Collection{
		Name: "requests", Sample: campaign.Request{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("contact_id"), document.Bool.Fields("open"),
			document.Time.Fields("due_at"),
		),
		Indexes: []document.Index{{Fields: []string{"open", "due_at"}}, {Fields: []string{"contact_id"}}},
	}
	erasures      = &document.Collection{Name: "erasures", Sample: campaign.Erasure{}}
	installations = &document.Collection{
		Name: "installation", Sample: campaign.Installation{}, Fields: document.Int.Fields("version", "epoch"),
	}
	retention = &document.Collection{Name: "retention", Sample: campaign.RetentionReport{}}
	reviews   = &document.Collection{
		Name: "reviews", Sample: campaign.Review{}, Fields: document.Time.Fields("at"), Indexes: []document.Index{{Fields: []string{"at"}}},
	}
	salts    = &document.Collection{Name: "salts", Sample: Salt{}}
	progress = &document.Collection{Name: "progress", Sample: campaign.Progress{}, Fields: document.Time.Fields("at"), Indexes: []document.Index{{Fields: []string{"at"}}}}
	upgrades = &document.Collection{Name: "upgrades", Sample: Upgrade{}}
	heirs    = &document.Collection{Name: "heirs", Sample: Heir{}}
	aliases  = &document.Collection{
		Name: "aliases", Sample: Alias{},
		Fields: slices.Concat(document.Text.Fields("address", "contact_id"), document.Bool.Fields("beside")), Indexes: []document.Index{{Fields: []string{"address"}}, {Fields: []string{"contact_id"}}},
	}

	// Collections are all of them, for Engine.Prepare.
	Collections = []*document.Collection{
		contacts, organisations, lists, segments, suppressions, releases, files, campaigns, runs, editions, deliveries, events,
		users, signInLinks, sessions, settings, leases, installations, salts, progress, holds, mappings, imports, kept, bulks, journal, requests, retention, reviews, erasures,
		notices, signUps, wishes, addressChanges, upgrades, heirs, aliases,
	}
)
