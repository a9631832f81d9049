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
		Facts:   func(doc any) []string { return segment.Facts(doc.(*campaign.Contact)) }, FactsVersion: 1,
	}
	Organisations = &document.Collection{
		Name: "organisations", Sample: campaign.Organisation{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("name", "key", "kind", "text"), document.Time.Fields("created_at"),
		),
		Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}, {Fields: []string{"kind"}, Bitmap: true}, {Fields: []string{"text"}, Trigram: true}},
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
		Fields:  slices.Concat(document.Text.Fields("reason"), document.Time.Fields("at")),
		Indexes: []document.Index{{Fields: []string{"at"}}},
	}
	Releases = &document.Collection{
		Name: "releases", Sample: campaign.Release{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("title", "kind", "text"), document.Bool.Fields("archived"),
			document.Time.Fields("created_at", "updated_at"),
		),
		Indexes: []document.Index{{Fields: []string{"updated_at"}}, {Fields: []string{"text"}, Trigram: true}},
	}
	Files     = &document.Collection{Name: "files", Sample: campaign.File{}, Fields: document.Bytes.Fields("data")}
	Campaigns = &document.Collection{
		Name: "campaigns", Sample: campaign.Campaign{},
		Fields: slices.Concat(
			document.Int.Fields("version"), document.Text.Fields("name", "release_id", "state"),
			document.Time.Fields("next_at", "created_at", "updated_at"),
		),
		Indexes: []document.Index{{Fields: []string{"state", "next_at"}}, {Fields: []string{"updated_at"}}, {Fields: []string{"release_id"}}},
	}
	Runs = &document.Collection{
		Name: "runs", Sample: campaign.Run{},
		Fields: slices.Concat(
			document.Int.Fields("version"),
			document.Text.Fields("campaign_id", "release_id", "trigger", "state", "cursor", "reason", "resend"),
			document.Time.Fields("slot", "created_at", "started_at", "ended_at"), document.Bool.Fields("planned"),
		),
		Indexes: []document.Index{{Fields: []string{"campaign_id", "slot"}}, {Fields: []string{"state"}}, {Fields: []string{"created_at"}}},
	}
	Editions   = &document.Collection{Name: "editions", Sample: edition.Edition{}}
	Deliveries = &document.Collection{
		Name: "deliveries", Sample: campaign.Delivery{},
		Fields: slices.Concat(
			document.Text.Fields("run_id", "campaign_id", "contact_id", "email", "name", "domain", "language", "tracking", "state", "reason", "queue"),
			document.Int.Fields("shard", "code", "attempts", "epoch"), document.Bool.Fields("dead"),
			document.Time.Fields("next_at", "made_at", "sent_at", "last_at"),
		),
		// Each index costs every message. The first returns the queue in the order of ids; with the fields after the id
		// deliveries are counted and skipped without being read. The last holds only those that were deferred.
		Indexes: []document.Index{
			{Fields: []string{"run_id", "state", "id", "domain", "language", "tracking"}}, {Fields: []string{"contact_id"}},
			{Fields: []string{"run_id", "shard", "next_at", "id", "domain"}, Partial: "next_at"},
		},
		Retired: []document.Index{
			{Fields: []string{"run_id", "state"}}, {Fields: []string{"run_id", "domain"}}, {Fields: []string{"run_id", "language"}},
			{Fields: []string{"run_id", "tracking"}},
		},
	}
	Holds = &document.Collection{
		Name: "holds", Sample: campaign.Hold{},
		Fields: slices.Concat(document.Int.Fields("version"), document.Time.Fields("until")),
	}
	Events = &document.Collection{
		Name: "events", Sample: campaign.Event{}, Followed: "contact_id",
		Fields: slices.Concat(
			document.Text.Fields("run_id", "campaign_id", "kind", "verdict", "delivery_id", "contact_id", "reader"),
			document.Int.Fields("link", "hour"), document.Time.Fields("at"), document.Bool.Fields("known"),
		),
		Indexes: []document.Index{
			{Fields: []string{"run_id", "kind"}}, {Fields: []string{"contact_id"}}, {Fields: []string{"delivery_id"}}, {Fields: []string{"at"}},
			{Fields: []string{"run_id", "kind", "verdict", "link", "hour", "known"}}, // holds all that the figures need
			{Fields: []string{"run_id", "kind", "verdict", "contact_id", "link"}},    // holds who did what
		},
		Retired: []document.Index{{Fields: []string{"run_id", "kind", "verdict", "link", "hour"}}},
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
	Settings = &document.Collection{Name: "settings", Sample: campaign.Settings{}, Fields: document.Int.Fields("version")}
	Mappings = &document.Collection{Name: "mappings", Sample: campaign.Mapping{}}
	Imports  = &document.Collection{
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
		Fields: slices.Concat(document.Text.Fields("address"), document.Time.Fields("at")), Indexes: []document.Index{{Fields: []string{"address"}}, {Fields: []string{"at"}}},
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
			document.Int.Fields("version"), document.Text.Fields("contact_id"), document.Bool.Fields("open"),
			document.Time.Fields("due_at"),
		),
		Indexes: []document.Index{{Fields: []string{"open", "due_at"}}, {Fields: []string{"contact_id"}}},
	}
	Erasures      = &document.Collection{Name: "erasures", Sample: campaign.Erasure{}}
	Installations = &document.Collection{
		Name: "installation", Sample: campaign.Installation{}, Fields: document.Int.Fields("version", "epoch"),
	}
	Retention = &document.Collection{Name: "retention", Sample: campaign.RetentionReport{}}
	Reviews   = &document.Collection{
		Name: "reviews", Sample: campaign.Review{}, Fields: document.Time.Fields("at"), Indexes: []document.Index{{Fields: []string{"at"}}},
	}
	Progress = &document.Collection{Name: "progress", Sample: campaign.Progress{}, Fields: document.Time.Fields("at"), Indexes: []document.Index{{Fields: []string{"at"}}}}
	Heirs    = &document.Collection{Name: "heirs", Sample: campaign.Heir{}}
	Aliases  = &document.Collection{
		Name: "aliases", Sample: campaign.Alias{},
		Fields: slices.Concat(document.Text.Fields("address", "contact_id"), document.Bool.Fields("beside")), Indexes: []document.Index{{Fields: []string{"address"}}, {Fields: []string{"contact_id"}}},
	}
)
