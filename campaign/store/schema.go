package store

import "github.com/glasnik/glasnik/campaign"

// The collections and the fields each can be asked by. A field that is not declared is kept, but only comes back with
// its document.
var (
	contacts = &Collection{
		Name: "contacts", Sample: campaign.Contact{},
		Fields: []Field{
			{"version", Int}, {"email", Text}, {"address", Text}, {"kind", Text}, {"organisation_id", Text}, {"language", Text},
			{"tracking", Text}, {"status", Text}, {"sort_name", Text}, {"created_at", Time}, {"updated_at", Time},
			{"tags", Texts}, {"on", Texts}, {"text", Text},
		},
		Indexes: []Index{
			{Fields: []string{"address"}, Unique: true}, {Fields: []string{"sort_name"}}, {Fields: []string{"updated_at"}},
			{Fields: []string{"kind"}, Coarse: true}, {Fields: []string{"language"}, Coarse: true, Double: true}, {Fields: []string{"status"}, Coarse: true, Double: true},
			{Fields: []string{"organisation_id"}, Coarse: true}, {Fields: []string{"tags"}}, {Fields: []string{"on"}}, {Fields: []string{"text"}, Inside: true},
			// what few contacts have is found in the order tables begin with, without walking those who do not have it
			{Fields: []string{"status", "sort_name"}}, {Fields: []string{"language", "sort_name"}}, {Fields: []string{"kind", "sort_name"}},
		},
		Scanned: []string{"tracking", "created_at", "updated_at", "text"},
		Facts:   func(doc any) []string { return doc.(*campaign.Contact).Facts() },
	}
	organisations = &Collection{
		Name: "organisations", Sample: campaign.Organisation{},
		Fields:  []Field{{"version", Int}, {"name", Text}, {"key", Text}, {"kind", Text}, {"text", Text}, {"created_at", Time}},
		Indexes: []Index{{Fields: []string{"key"}, Unique: true}, {Fields: []string{"kind"}, Coarse: true}, {Fields: []string{"text"}, Inside: true}},
	}
	lists = &Collection{
		Name: "lists", Sample: campaign.List{},
		Fields:  []Field{{"version", Int}, {"key", Text}, {"public", Bool}, {"archived", Bool}},
		Indexes: []Index{{Fields: []string{"key"}, Unique: true}},
	}
	segments = &Collection{
		Name: "segments", Sample: campaign.Segment{},
		Fields:  []Field{{"version", Int}, {"key", Text}, {"updated_at", Time}},
		Indexes: []Index{{Fields: []string{"key"}, Unique: true}},
	}
	suppressions = &Collection{
		Name: "suppressions", Sample: campaign.Suppression{},
		Fields:  []Field{{"reason", Text}, {"at", Time}},
		Indexes: []Index{{Fields: []string{"at"}}},
	}
	releases = &Collection{
		Name: "releases", Sample: campaign.Release{},
		Fields:  []Field{{"version", Int}, {"title", Text}, {"kind", Text}, {"archived", Bool}, {"created_at", Time}, {"updated_at", Time}},
		Indexes: []Index{{Fields: []string{"updated_at"}}},
	}
	files     = &Collection{Name: "files", Sample: campaign.File{}, Fields: []Field{{"data", Bytes}}}
	campaigns = &Collection{
		Name: "campaigns", Sample: campaign.Campaign{},
		Fields: []Field{
			{"version", Int}, {"name", Text}, {"release_id", Text}, {"state", Text}, {"next_at", Time}, {"created_at", Time}, {"updated_at", Time},
		},
		Indexes: []Index{{Fields: []string{"state", "next_at"}}, {Fields: []string{"updated_at"}}, {Fields: []string{"release_id"}}},
	}
	runs = &Collection{
		Name: "runs", Sample: campaign.Run{},
		Fields: []Field{
			{"version", Int}, {"campaign_id", Text}, {"release_id", Text}, {"trigger", Text}, {"state", Text}, {"slot", Time},
			{"planned", Bool}, {"cursor", Text}, {"reason", Text}, {"resend", Text}, {"created_at", Time}, {"started_at", Time}, {"ended_at", Time},
		},
		Indexes: []Index{{Fields: []string{"campaign_id", "slot"}}, {Fields: []string{"state"}}, {Fields: []string{"created_at"}}},
	}
	editions   = &Collection{Name: "editions", Sample: campaign.Edition{}}
	deliveries = &Collection{
		Name: "deliveries", Sample: campaign.Delivery{},
		Fields: []Field{
			{"run_id", Text}, {"campaign_id", Text}, {"contact_id", Text}, {"shard", Int}, {"email", Text}, {"name", Text}, {"domain", Text},
			{"language", Text}, {"tracking", Text}, {"state", Text}, {"reason", Text}, {"code", Int}, {"queue", Text}, {"attempts", Int}, {"dead", Bool},
			{"epoch", Int}, {"next_at", Time}, {"made_at", Time}, {"sent_at", Time}, {"last_at", Time},
		},
		// Each index costs every message. The first gives the queue in the order of ids; what stands behind the id is there
		// to be counted, and passed over, without looking at the deliveries. The last holds those that were deferred alone.
		Indexes: []Index{
			{Fields: []string{"run_id", "state", "id", "domain", "language", "tracking"}}, {Fields: []string{"contact_id"}},
			{Fields: []string{"run_id", "shard", "next_at", "id", "domain"}, Partial: "next_at"},
		},
		Retired: []Index{
			{Fields: []string{"run_id", "state"}}, {Fields: []string{"run_id", "domain"}}, {Fields: []string{"run_id", "language"}},
			{Fields: []string{"run_id", "tracking"}},
		},
	}
	holds = &Collection{
		Name: "holds", Sample: campaign.Hold{},
		Fields: []Field{{"version", Int}, {"until", Time}},
	}
	events = &Collection{
		Name: "events", Sample: campaign.Event{}, Followed: "contact_id",
		Fields: []Field{
			{"run_id", Text}, {"campaign_id", Text}, {"kind", Text}, {"verdict", Text}, {"delivery_id", Text}, {"contact_id", Text},
			{"reader", Text}, {"link", Int}, {"at", Time}, {"hour", Int}, {"known", Bool},
		},
		Indexes: []Index{
			{Fields: []string{"run_id", "kind"}}, {Fields: []string{"contact_id"}}, {Fields: []string{"delivery_id"}}, {Fields: []string{"at"}},
			{Fields: []string{"run_id", "kind", "verdict", "link", "hour", "known"}}, // answers the figures by itself
			{Fields: []string{"run_id", "kind", "verdict", "contact_id", "link"}},    // and this one, who did what
		},
		Retired: []Index{{Fields: []string{"run_id", "kind", "verdict", "link", "hour"}}},
	}
	users = &Collection{
		Name: "users", Sample: campaign.User{},
		Fields:  []Field{{"version", Int}, {"address", Text}, {"role", Text}, {"disabled", Bool}},
		Indexes: []Index{{Fields: []string{"address"}, Unique: true}},
	}
	signInLinks = &Collection{
		Name: "sign_in_links", Sample: campaign.SignInLink{},
		Fields: []Field{{"user_id", Text}, {"expires_at", Time}}, Indexes: []Index{{Fields: []string{"expires_at"}}},
	}
	sessions = &Collection{
		Name: "sessions", Sample: campaign.Session{},
		Fields: []Field{{"data", Bytes}, {"expires_at", Time}}, Indexes: []Index{{Fields: []string{"expires_at"}}},
	}
	settings = &Collection{Name: "settings", Sample: campaign.Settings{}, Fields: []Field{{"version", Int}}}
	mappings = &Collection{Name: "mappings", Sample: campaign.Mapping{}}
	imports  = &Collection{
		Name: "imports", Sample: campaign.Import{},
		Fields: []Field{{"version", Int}, {"state", Text}, {"started_at", Time}}, Indexes: []Index{{Fields: []string{"started_at"}}},
	}
	kept = &Collection{
		Name: "import_changes", Sample: campaign.Kept{}, // the name is from when only imports kept anything
		Fields: []Field{{"contact_id", Text}}, Indexes: []Index{{Fields: []string{"contact_id"}}},
	}
	bulks = &Collection{
		Name: "bulks", Sample: Bulk{},
		Fields:  []Field{{"version", Int}, {"state", Text}, {"in_hand", Bool}, {"touched_at", Time}, {"started_at", Time}},
		Indexes: []Index{{Fields: []string{"state"}}, {Fields: []string{"started_at"}}},
	}
	leases = &Collection{
		Name: "leases", Sample: Lease{},
		Fields: []Field{{"owner", Text}, {"epoch", Int}, {"beat", Int}},
	}
	journal = &Collection{
		Name: "journal", Sample: campaign.Entry{},
		Fields:  []Field{{"at", Time}, {"kind", Text}, {"contact_id", Text}, {"user_id", Text}, {"audit", Bool}, {"detail", Text}},
		Indexes: []Index{{Fields: []string{"contact_id"}}, {Fields: []string{"user_id"}}, {Fields: []string{"kind"}}, {Fields: []string{"audit"}}, {Fields: []string{"at"}}},
	}
	notices = &Collection{
		Name: "notices", Sample: campaign.Notice{},
		Fields: []Field{{"address", Text}, {"at", Time}}, Indexes: []Index{{Fields: []string{"address"}}, {Fields: []string{"at"}}},
	}
	signUps = &Collection{
		Name: "sign_ups", Sample: campaign.SignUp{},
		Fields:  []Field{{"version", Int}, {"address_hash", Text}, {"expires_at", Time}, {"confirmed_at", Time}},
		Indexes: []Index{{Fields: []string{"address_hash"}}, {Fields: []string{"expires_at"}}},
	}
	wishes = &Collection{
		Name: "wishes", Sample: campaign.Wish{},
		Fields:  []Field{{"version", Int}, {"contact_id", Text}, {"address_hash", Text}, {"expires_at", Time}},
		Indexes: []Index{{Fields: []string{"contact_id"}}, {Fields: []string{"address_hash"}}, {Fields: []string{"expires_at"}}},
	}
	addressChanges = &Collection{
		Name: "address_changes", Sample: campaign.AddressChange{},
		Fields: []Field{{"version", Int}, {"contact_id", Text}, {"address_hash", Text}, {"former", Text}, {"expires_at", Time}, {"due_at", Time}, {"waiting", Bool}},
		Indexes: []Index{
			{Fields: []string{"contact_id"}}, {Fields: []string{"address_hash"}}, {Fields: []string{"former"}}, {Fields: []string{"expires_at"}}, {Fields: []string{"waiting", "due_at"}},
		},
	}
	requests = &Collection{
		Name: "requests", Sample: campaign.Request{},
		Fields:  []Field{{"version", Int}, {"contact_id", Text}, {"open", Bool}, {"due_at", Time}},
		Indexes: []Index{{Fields: []string{"open", "due_at"}}, {Fields: []string{"contact_id"}}},
	}
	erasures      = &Collection{Name: "erasures", Sample: campaign.Erasure{}}
	installations = &Collection{
		Name: "installation", Sample: campaign.Installation{}, Fields: []Field{{"version", Int}, {"epoch", Int}},
	}
	retention = &Collection{Name: "retention", Sample: campaign.RetentionReport{}}
	reviews   = &Collection{
		Name: "reviews", Sample: campaign.Review{}, Fields: []Field{{"at", Time}}, Indexes: []Index{{Fields: []string{"at"}}},
	}
	salts    = &Collection{Name: "salts", Sample: Salt{}}
	progress = &Collection{Name: "progress", Sample: campaign.Progress{}, Fields: []Field{{"at", Time}}, Indexes: []Index{{Fields: []string{"at"}}}}
	upgrades = &Collection{Name: "upgrades", Sample: Upgrade{}}
	heirs    = &Collection{Name: "heirs", Sample: Heir{}}
	aliases  = &Collection{
		Name: "aliases", Sample: Alias{},
		Fields: []Field{{"address", Text}, {"contact_id", Text}, {"beside", Bool}}, Indexes: []Index{{Fields: []string{"address"}}, {Fields: []string{"contact_id"}}},
	}

	// Collections are all of them, for Engine.Prepare.
	Collections = []*Collection{
		contacts, organisations, lists, segments, suppressions, releases, files, campaigns, runs, editions, deliveries, events,
		users, signInLinks, sessions, settings, leases, installations, salts, progress, holds, mappings, imports, kept, bulks, journal, requests, retention, reviews, erasures,
		notices, signUps, wishes, addressChanges, upgrades, heirs, aliases,
	}
)
