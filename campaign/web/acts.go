package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// act is what the audit log holds of a request of a signed-in user, once it succeeded (E-15).
type act struct {
	kind campaign.EntryKind
	what string
}

// acts has a line for every route that shows persons or changes something. Changes of accounts, of settings and of a contact's
// record are logged where they are stored, and so are merging, erasing and requests.
var acts = map[string]act{
	"GET /contacts":                     {campaign.ViewedEntry, "the table of contacts"},
	"GET /contacts/:id":                 {campaign.ViewedEntry, ""},
	"GET /contacts/:id/edit":            {campaign.ViewedEntry, "to edit"},
	"GET /contacts/:id/erase":           {campaign.ViewedEntry, "before erasing"},
	"GET /contacts/:id/merge":           {campaign.ViewedEntry, "before merging"},
	"GET /organisations/:id":            {campaign.ViewedEntry, "the contacts of an organisation"},
	"GET /lists/:id":                    {campaign.ViewedEntry, "the members of a list"},
	"GET /notices":                      {campaign.ViewedEntry, "mails to single readers"},
	"GET /campaigns/:id/check":          {campaign.ViewedEntry, "who a campaign goes to"},
	"GET /runs/:id":                     {campaign.ViewedEntry, "a run"},
	"GET /campaigns/:id/results":        {campaign.ViewedEntry, "results of a campaign"},
	"GET /runs/:id/recipients":          {campaign.ViewedEntry, "recipients of a run"},
	"GET /requests":                     {campaign.ViewedEntry, "requests about data"},
	"GET /requests/:id":                 {campaign.ViewedEntry, "a request about data"},
	"GET /review":                       {campaign.ViewedEntry, "contacts to be reviewed"},
	"GET /import/:id":                   {campaign.ViewedEntry, "rows of a file to be imported"},
	"POST /bulk/ask":                    {campaign.ViewedEntry, "contacts before a change of many"},
	"POST /bulk":                        {campaign.ChangedEntry, "many contacts"},
	"POST /bulk/:id/stop":               {campaign.ChangedEntry, "a change of many contacts stopped"},
	"POST /bulk/:id/undo":               {campaign.ChangedEntry, "a change of many contacts taken back"},
	"POST /import":                      {campaign.ImportedEntry, "a file brought for import"},
	"POST /import/:id":                  {campaign.ImportedEntry, "contacts imported"},
	"POST /imports/:id/undo":            {campaign.ImportedEntry, "an import taken back"},
	"POST /organisations/new":           {campaign.MadeEntry, "an organisation"},
	"POST /organisations/:id/edit":      {campaign.ChangedEntry, "an organisation"},
	"POST /organisations/:id/delete":    {campaign.DeletedEntry, "an organisation"},
	"POST /segments/new":                {campaign.MadeEntry, "a segment"},
	"POST /segments/:id/edit":           {campaign.ChangedEntry, "a segment"},
	"POST /segments/:id/duplicate":      {campaign.MadeEntry, "a copy of a segment"},
	"POST /segments/:id/delete":         {campaign.DeletedEntry, "a segment"},
	"POST /lists/new":                   {campaign.MadeEntry, "a list"},
	"POST /lists/:id/edit":              {campaign.ChangedEntry, "a list"},
	"POST /lists/:id/archive":           {campaign.ChangedEntry, "a list archived or taken up again"},
	"POST /lists/:id/delete":            {campaign.DeletedEntry, "a list"},
	"POST /releases/new":                {campaign.MadeEntry, "a release"},
	"POST /releases/:id/edit":           {campaign.ChangedEntry, "a release"},
	"POST /releases/:id/remove-version": {campaign.DeletedEntry, "a language version of a release"},
	"POST /releases/:id/archive":        {campaign.ChangedEntry, "a release archived or taken up again"},
	"POST /releases/:id/delete":         {campaign.DeletedEntry, "a release"},
	"POST /campaigns/new":               {campaign.MadeEntry, "a campaign"},
	"POST /campaigns/:id":               {campaign.ChangedEntry, "a campaign's content"},
	"POST /campaigns/:id/audience":      {campaign.ChangedEntry, "a campaign's audience"},
	"POST /campaigns/:id/schedule":      {campaign.ChangedEntry, "a campaign's schedule"},
	"POST /campaigns/:id/delete":        {campaign.DeletedEntry, "a campaign"},
	"POST /campaigns/:id/send":          {campaign.SendingEntry, "a campaign sent"},
	"POST /campaigns/:id/plan":          {campaign.SendingEntry, "a campaign scheduled"},
	"POST /campaigns/:id/call-back":     {campaign.SendingEntry, "a campaign called back"},
	"POST /campaigns/:id/pause":         {campaign.SendingEntry, "a campaign stopped"},
	"POST /campaigns/:id/resume":        {campaign.SendingEntry, "a campaign gone on with"},
	"POST /campaigns/:id/cancel":        {campaign.SendingEntry, "a campaign cancelled"},
	"POST /campaigns/:id/test":          {campaign.SendingEntry, "a test"},
	"POST /runs/:id/retry":              {campaign.SendingEntry, "failed messages sent again"},
	"POST /runs/:id/resend":             {campaign.SendingEntry, "interrupted messages sent again"},
	"POST /holds/:provider/try":         {campaign.SendingEntry, "a held provider tried"},
	"POST /review/:id/ask":              {campaign.ReviewedEntry, "asked whether they still want mail"},
}

// auditDetail adds to what the audit log holds of this request: names of the team's records and what changed in them, never what
// stands in a contact.
func (v *visit) auditDetail(detail string) { v.detail = detail }

// unsaid are fields of the team's records whose changes are not logged.
var unsaid = []string{"version", "updated_at"}

// change lets fn change a record of the team's, and logs each field that changed with its old and new value.
func change[T any](v *visit, record *T, fn func() error) error {
	before, err := json.Marshal(record)
	if err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	v.auditDetail(campaign.Changes(json.RawMessage(before), record, unsaid...))
	return nil
}

// note adds what was done to the audit log, once for each request.
func (v *visit) note() error {
	if v.noted || v.user == nil || v.act.kind == "" {
		return nil
	}
	v.noted = true
	e := campaign.Entry{Kind: v.act.kind, Audit: true, Detail: v.act.what, Object: v.object()}
	if v.detail != "" {
		e.Detail = strings.TrimPrefix(e.Detail+": "+v.detail, ": ")
	}
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
