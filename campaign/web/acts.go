package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/segment"
)

// act is what the audit log holds of a request of a signed-in user, once it succeeded (E-15).
type act struct {
	kind campaign.EntryKind
	what campaign.Text
}

// acts has a line for every route that shows persons or changes something. Changes of accounts, of settings and of a contact's
// record are logged where they are stored, and so are merging, erasing and requests.
var acts = map[string]act{
	"GET /contacts":                     {campaign.ViewedEntry, campaign.Textf("Looked at the table of contacts")},
	"GET /pick/contacts":                {campaign.ViewedEntry, campaign.Textf("Searched contacts to choose one")},
	"GET /contacts/:id":                 {campaign.ViewedEntry, campaign.Textf("Looked at a contact")},
	"GET /contacts/:id/edit":            {campaign.ViewedEntry, campaign.Textf("Looked at a contact, to edit it")},
	"GET /contacts/:id/erase":           {campaign.ViewedEntry, campaign.Textf("Looked at a contact, before erasing")},
	"GET /contacts/:id/merge":           {campaign.ViewedEntry, campaign.Textf("Looked at a contact, before merging")},
	"GET /organisations/:id":            {campaign.ViewedEntry, campaign.Textf("Looked at the contacts of an organisation")},
	"GET /lists/:id":                    {campaign.ViewedEntry, campaign.Textf("Looked at the members of a list")},
	"GET /search":                       {campaign.ViewedEntry, campaign.Textf("Searched everything")},
	"GET /search/found":                 {campaign.ViewedEntry, campaign.Textf("Searched everything")},
	"GET /notices":                      {campaign.ViewedEntry, campaign.Textf("Looked at the mails to single readers")},
	"GET /campaigns/:id/check":          {campaign.ViewedEntry, campaign.Textf("Looked at whom a campaign goes to")},
	"GET /runs/:id":                     {campaign.ViewedEntry, campaign.Textf("Looked at a run")},
	"GET /campaigns/:id/results":        {campaign.ViewedEntry, campaign.Textf("Looked at the results of a campaign")},
	"GET /runs/:id/recipients":          {campaign.ViewedEntry, campaign.Textf("Looked at the recipients of a run")},
	"GET /requests":                     {campaign.ViewedEntry, campaign.Textf("Looked at the requests about data")},
	"GET /requests/:id":                 {campaign.ViewedEntry, campaign.Textf("Looked at a request about data")},
	"GET /review":                       {campaign.ViewedEntry, campaign.Textf("Looked at the contacts to be reviewed")},
	"GET /import/:id":                   {campaign.ViewedEntry, campaign.Textf("Looked at the rows of a file to be imported")},
	"POST /bulk/ask":                    {campaign.ViewedEntry, campaign.Textf("Looked at contacts before a change of many")},
	"POST /bulk":                        {campaign.ChangedEntry, campaign.Textf("Changed many contacts")},
	"POST /bulk/:id/stop":               {campaign.ChangedEntry, campaign.Textf("Stopped a change of many contacts")},
	"POST /bulk/:id/undo":               {campaign.ChangedEntry, campaign.Textf("Undid a change of many contacts")},
	"POST /import":                      {campaign.ImportedEntry, campaign.Textf("Uploaded a file to import")},
	"POST /import/:id":                  {campaign.ImportedEntry, campaign.Textf("Imported contacts")},
	"POST /imports/:id/undo":            {campaign.ImportedEntry, campaign.Textf("Undid an import")},
	"POST /organisations/new":           {campaign.MadeEntry, campaign.Textf("Added an organisation")},
	"POST /organisations/:id/edit":      {campaign.ChangedEntry, campaign.Textf("Changed an organisation")},
	"POST /organisations/:id/delete":    {campaign.DeletedEntry, campaign.Textf("Deleted an organisation")},
	"POST /segments/new":                {campaign.MadeEntry, campaign.Textf("Added a segment")},
	"POST /segments/:id/edit":           {campaign.ChangedEntry, campaign.Textf("Changed a segment")},
	"POST /segments/:id/duplicate":      {campaign.MadeEntry, campaign.Textf("Copied a segment")},
	"POST /segments/:id/delete":         {campaign.DeletedEntry, campaign.Textf("Deleted a segment")},
	"POST /lists/new":                   {campaign.MadeEntry, campaign.Textf("Added a list")},
	"POST /lists/:id/edit":              {campaign.ChangedEntry, campaign.Textf("Changed a list")},
	"POST /lists/:id/archive":           {campaign.ChangedEntry, campaign.Textf("Archived a list")},
	"POST /lists/:id/delete":            {campaign.DeletedEntry, campaign.Textf("Deleted a list")},
	"POST /releases/new":                {campaign.MadeEntry, campaign.Textf("Added a release")},
	"POST /releases/:id/edit":           {campaign.ChangedEntry, campaign.Textf("Changed a release")},
	"POST /releases/:id/remove-version": {campaign.DeletedEntry, campaign.Textf("Deleted a language version of a release")},
	"POST /releases/:id/copy":           {campaign.MadeEntry, campaign.Textf("Copied a release")},
	"POST /releases/:id/archive":        {campaign.ChangedEntry, campaign.Textf("Archived a release")},
	"POST /releases/:id/delete":         {campaign.DeletedEntry, campaign.Textf("Deleted a release")},
	"POST /campaigns/new":               {campaign.MadeEntry, campaign.Textf("Added a campaign")},
	"POST /campaigns/:id/copy":          {campaign.MadeEntry, campaign.Textf("Copied a campaign")},
	"POST /campaigns/:id":               {campaign.ChangedEntry, campaign.Textf("Changed the content of a campaign")},
	"POST /campaigns/:id/audience":      {campaign.ChangedEntry, campaign.Textf("Changed the audience of a campaign")},
	"POST /campaigns/:id/schedule":      {campaign.ChangedEntry, campaign.Textf("Changed the schedule of a campaign")},
	"POST /campaigns/:id/delete":        {campaign.DeletedEntry, campaign.Textf("Deleted a campaign")},
	"POST /campaigns/:id/send":          {campaign.SendingEntry, campaign.Textf("Sent a campaign")},
	"POST /campaigns/:id/plan":          {campaign.SendingEntry, campaign.Textf("Scheduled a campaign")},
	"POST /campaigns/:id/call-back":     {campaign.SendingEntry, campaign.Textf("Called a campaign back")},
	"POST /campaigns/:id/pause":         {campaign.SendingEntry, campaign.Textf("Stopped a campaign")},
	"POST /campaigns/:id/resume":        {campaign.SendingEntry, campaign.Textf("Went on with a campaign")},
	"POST /campaigns/:id/cancel":        {campaign.SendingEntry, campaign.Textf("Cancelled a campaign")},
	"POST /campaigns/:id/test":          {campaign.SendingEntry, campaign.Textf("Sent a test")},
	"POST /runs/:id/retry":              {campaign.SendingEntry, campaign.Textf("Sent failed messages again")},
	"POST /runs/:id/resend":             {campaign.SendingEntry, campaign.Textf("Sent interrupted messages again")},
	"POST /holds/:provider/try":         {campaign.SendingEntry, campaign.Textf("Tried a held provider")},
	"POST /review/:id/ask":              {campaign.ReviewedEntry, campaign.Textf("Asked a contact whether they still want mail")},
}

// auditDetail adds to what the audit log holds of this request: a name of one of the team's records, or more words; never what
// stands in a contact.
func (v *visit) auditDetail(detail any) { v.detail = detail }

// acted says what this request did where its route alone does not tell.
func (v *visit) acted(what campaign.Text) { v.act.what = what }

// compared says how the team's records are compared: of a rule it is not told whom it asks for, of a release not the texts.
var compared = campaign.Comparison{
	Unsaid: []string{"version", "key", "text", "updated_at", "state", "next_at", "next_wall", "last_run", "reached_at", "unnamed", "versions.language", "versions.updated_at"},
	Silent: []string{
		"rule", "attachments", "description", "purpose", "versions.lead", "versions.body", "versions.quotes", "versions.about", "versions.notes", "versions.media_contact",
	},
}

// change lets fn change a record of the team's, and logs each field that changed with its old and new value.
func change[T any](v *visit, name string, record *T, fn func() error) error {
	before, err := campaign.CopyOf(record)
	if err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	how := compared
	how.Name = func(field, id string) string {
		if field == "topics" {
			return topicName(v.set.Topics, id)
		}
		return v.panel.records.name(v.ctx(), field, id)
	}
	v.auditDetail(name)
	v.changed = how.Changes(before, record)
	return nil
}

// topicName returns the name of a topic in English, or another language it has.
func topicName(topics []campaign.Topic, key string) string {
	for i := range topics {
		if topics[i].Key == key {
			return language.TextFor(topics[i].Names, campaign.English)
		}
	}
	return key
}

// recordNames finds the names of what fields refer to by an id.
type recordNames struct{ store recordNamer }

type recordNamer interface {
	GetList(ctx context.Context, id string) (campaign.List, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetSegment(ctx context.Context, id string) (segment.Segment, error)
	GetUser(ctx context.Context, id string) (campaign.User, error)
}

// name returns the name of what a field holds, which is the value itself where that is no id.
func (n recordNames) name(ctx context.Context, field, value string) string {
	name, err := value, error(nil)
	switch field {
	case "owner", "owner_id":
		var u campaign.User
		u, err = n.store.GetUser(ctx, value)
		name = u.Name
	case "lists", "exclude":
		var l campaign.List
		l, err = n.store.GetList(ctx, value)
		name = l.Name
	case "segments", "exclude_segments":
		var s segment.Segment
		s, err = n.store.GetSegment(ctx, value)
		name = s.Name
	case "release_id":
		var r campaign.Release
		r, err = n.store.GetRelease(ctx, value)
		name = r.Title
	}
	if err != nil { // it was deleted meanwhile
		return "?"
	}
	return name
}

// note adds what was done to the audit log, once for each request.
func (v *visit) note() error {
	if v.noted || v.user == nil || v.act.kind == "" {
		return nil
	}
	v.noted = true
	words := v.act.what
	if v.detail != nil {
		words = campaign.Textf("%s: %s", words, v.detail)
	}
	e := campaign.Entry{Kind: v.act.kind, Audit: true, Detail: words.Stored(), Changed: campaign.StoredTexts(v.changed), Object: v.object()}
	if id, ok := strings.CutPrefix(e.Object, "/contacts/"); ok {
		e.Contact, e.Object = id, ""
	}
	return v.panel.journal.Log(v.ctx(), e)
}

// object returns the path of what a request is about: that of the route's id, or of what was made.
func (v *visit) object() string {
	first, _, _ := strings.Cut(strings.TrimPrefix(v.FullPath(), "/"), "/")
	if id := v.Param("id"); id != "" {
		return "/" + first + "/" + id
	}
	if made, ok := strings.CutPrefix(v.Writer.Header().Get("Location"), "/"+first+"/"); ok {
		id, _, _ := strings.Cut(made, "/")
		return "/" + first + "/" + id
	}
	return ""
}

// noteShown notes that a page is shown, before its first byte leaves.
func (v *visit) noteShown() error {
	if v.act.kind != campaign.ViewedEntry {
		return nil
	}
	return v.note()
}

// noteDone notes a change: a change that succeeds leads to another page, a form that is shown again has changed nothing.
func (v *visit) noteDone() error {
	if v.Writer.Status() != http.StatusSeeOther {
		return nil
	}
	return v.note()
}
