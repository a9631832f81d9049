package store

import (
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// These collections hold what is the store's own and no part of the domain.
var (
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
	keptCounts = &document.Collection{
		Name: "counts", Sample: KeptCount{}, Fields: document.Texts.Fields("people"), Indexes: []document.Index{{Fields: []string{"people"}}},
	}
	reports  = &document.Collection{Name: "reports", Sample: KeptReport{}, Fields: document.Time.Fields("counted"), Indexes: []document.Index{{Fields: []string{"counted"}}}}
	salts    = &document.Collection{Name: "salts", Sample: Salt{}}
	upgrades = &document.Collection{Name: "upgrades", Sample: Upgrade{}}

	// Collections are all of them, for Engine.Prepare.
	Collections = []*document.Collection{
		schema.Contacts, schema.Organisations, schema.Lists, schema.Segments, schema.Suppressions, schema.Releases, schema.Layouts, schema.Revisions, schema.WorkingCopies, schema.Media, schema.Files, schema.Campaigns, schema.Snapshots, schema.Comments, schema.Runs, schema.Editions, schema.Upcomings, schema.Series, schema.Enrolments, schema.Deliveries, schema.Events,
		schema.Users, schema.SignInLinks, schema.Sessions, schema.Settings, leases, schema.Installations, salts, schema.Progress, schema.Holds, schema.Mappings, schema.Imports, schema.UndoRecords, bulks, schema.Journal, schema.Requests, schema.Enquiries, schema.HygieneEntries, schema.HygieneLooks, schema.DomainStates, schema.Retention, schema.Reviews, schema.Erasures,
		schema.Notices, schema.SignUps, schema.Wishes, schema.AddressChanges, upgrades, schema.Heirs, schema.Aliases, schema.Vocabularies, schema.Mailboxes, schema.SigningKeys, schema.SenderLooks, schema.DMARCReports, schema.Actions, schema.Coverage, schema.Activities, schema.HelplineTotals, schema.APITokens, schema.SavedViews, reports, keptCounts,
		schema.MailDomains, schema.LearnedLimits, schema.WarmDays, schema.AlarmBoards,
	}
)
