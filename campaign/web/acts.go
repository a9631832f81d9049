package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/segment"
)

// act is a campaign.Act: what the audit log holds of a request of a signed-in user.
type act struct {
	Kind campaign.EntryKind
	What campaign.Text
}

// acts has a line for every route that shows persons or changes something. Changes of accounts, of settings and of a contact's
// record are logged where they are stored, and so are merging, erasing and requests.
var acts = map[string]act{
	"GET /contacts":                          {campaign.ViewedEntry, campaign.Textf("Looked at the table of contacts")},
	"GET /contacts/:id":                      {campaign.ViewedEntry, campaign.Textf("Looked at a contact")},
	"GET /contacts/:id/edit":                 {campaign.ViewedEntry, campaign.Textf("Looked at a contact, to edit it")},
	"GET /contacts/:id/erase":                {campaign.ViewedEntry, campaign.Textf("Looked at a contact, before erasing")},
	"GET /contacts/:id/merge":                {campaign.ViewedEntry, campaign.Textf("Looked at a contact, before merging")},
	"GET /organisations/:id":                 {campaign.ViewedEntry, campaign.Textf("Looked at the contacts of an organisation")},
	"GET /lists/:id":                         {campaign.ViewedEntry, campaign.Textf("Looked at the members of a list")},
	"GET /search":                            {campaign.ViewedEntry, campaign.Textf("Searched everything")},
	"GET /search/found":                      {campaign.ViewedEntry, campaign.Textf("Searched everything")},
	"GET /notices":                           {campaign.ViewedEntry, campaign.Textf("Looked at the mails to single readers")},
	"GET /campaigns/:id/check":               {campaign.ViewedEntry, campaign.Textf("Looked at whom a campaign goes to")},
	"GET /campaigns/:id/gaps":                {campaign.ViewedEntry, campaign.Textf("Looked at readers of whom something is not known")},
	"GET /runs/:id":                          {campaign.ViewedEntry, campaign.Textf("Looked at a run")},
	"GET /runs/:id/readers":                  {campaign.ViewedEntry, campaign.Textf("Looked at who read a run")},
	"GET /campaigns/:id/results":             {campaign.ViewedEntry, campaign.Textf("Looked at the results of a campaign")},
	"GET /runs/:id/recipients":               {campaign.ViewedEntry, campaign.Textf("Looked at the recipients of a run")},
	"GET /requests":                          {campaign.ViewedEntry, campaign.Textf("Looked at the requests about data")},
	"GET /requests/:id":                      {campaign.ViewedEntry, campaign.Textf("Looked at a request about data")},
	"GET /review":                            {campaign.ViewedEntry, campaign.Textf("Looked at the contacts to be reviewed")},
	"GET /import/:id":                        {campaign.ViewedEntry, campaign.Textf("Looked at the rows of a file to be imported")},
	"POST /bulk/ask":                         {campaign.ViewedEntry, campaign.Textf("Looked at contacts before a change of many")},
	"POST /bulk":                             {campaign.ChangedEntry, campaign.Textf("Changed many contacts")},
	"POST /bulk/:id/stop":                    {campaign.ChangedEntry, campaign.Textf("Stopped a change of many contacts")},
	"POST /bulk/:id/undo":                    {campaign.ChangedEntry, campaign.Textf("Undid a change of many contacts")},
	"POST /import":                           {campaign.ImportedEntry, campaign.Textf("Uploaded a file to import")},
	"POST /import/:id":                       act(campaign.ActImport),
	"POST /imports/:id/undo":                 act(campaign.ActUndoImport),
	"POST /actions/new":                      {campaign.MadeEntry, campaign.Textf("Added an action")},
	"POST /actions/:id/edit":                 {campaign.ChangedEntry, campaign.Textf("Changed an action")},
	"POST /actions/:id/delete":               {campaign.DeletedEntry, campaign.Textf("Deleted an action")},
	"POST /coverage/new":                     {campaign.MadeEntry, campaign.Textf("Noted coverage")},
	"GET /over-time":                         {campaign.ViewedEntry, campaign.Textf("Looked at who reads most and who went quiet")},
	"POST /over-time/views":                  {campaign.MadeEntry, campaign.Textf("Saved a view of figures")},
	"POST /over-time/views/:id/delete":       {campaign.DeletedEntry, campaign.Textf("Deleted a view of figures")},
	"POST /coverage/:id/edit":                {campaign.ChangedEntry, campaign.Textf("Changed coverage")},
	"POST /coverage/:id/judge":               {campaign.ChangedEntry, campaign.Textf("Judged coverage")},
	"POST /events/:id/edit":                  {campaign.ChangedEntry, campaign.Textf("Changed an event")},
	"POST /coverage/:id/delete":              {campaign.DeletedEntry, campaign.Textf("Deleted coverage")},
	"POST /events/new":                       {campaign.MadeEntry, campaign.Textf("Noted an event")},
	"POST /events/:id/delete":                {campaign.DeletedEntry, campaign.Textf("Deleted an event")},
	"POST /helpline-totals/new":              {campaign.ChangedEntry, campaign.Textf("Noted what a helpline counted")},
	"POST /helpline-totals/:id/delete":       {campaign.DeletedEntry, campaign.Textf("Deleted what a helpline counted")},
	"POST /reports/anew":                     {campaign.ChangedEntry, campaign.Textf("Counted the figures of a report again")},
	"POST /organisations/new":                {campaign.MadeEntry, campaign.Textf("Added an organisation")},
	"POST /organisations/:id/edit":           {campaign.ChangedEntry, campaign.Textf("Changed an organisation")},
	"POST /organisations/:id/delete":         {campaign.DeletedEntry, campaign.Textf("Deleted an organisation")},
	"POST /series/new":                       {campaign.MadeEntry, campaign.Textf("Added a series")},
	"POST /series/:id/edit":                  {campaign.ChangedEntry, campaign.Textf("Changed a series")},
	"POST /series/:id/delete":                {campaign.DeletedEntry, campaign.Textf("Deleted a series")},
	"POST /series/:id/readers/:contact":      {campaign.SendingEntry, campaign.Textf("Stopped a series for a reader, or noted an answer")},
	"GET /series/:id":                        {campaign.ViewedEntry, campaign.Textf("Looked at where readers stand in a series")},
	"POST /segments/new":                     act(campaign.ActAddSegment),
	"POST /segments/:id/edit":                {campaign.ChangedEntry, campaign.Textf("Changed a segment")},
	"POST /segments/:id/duplicate":           {campaign.MadeEntry, campaign.Textf("Copied a segment")},
	"POST /segments/:id/delete":              act(campaign.ActDeleteSegment),
	"POST /lists/new":                        {campaign.MadeEntry, campaign.Textf("Added a list")},
	"POST /lists/:id/edit":                   {campaign.ChangedEntry, campaign.Textf("Changed a list")},
	"POST /lists/:id/archive":                {campaign.ChangedEntry, campaign.Textf("Archived a list")},
	"POST /lists/:id/delete":                 {campaign.DeletedEntry, campaign.Textf("Deleted a list")},
	"POST /releases/new":                     act(campaign.ActAddRelease),
	"POST /releases/:id/edit":                {campaign.ChangedEntry, campaign.Textf("Changed a release")},
	"POST /terms/new":                        {campaign.MadeEntry, campaign.Textf("Added a term")},
	"POST /terms/import":                     {campaign.ChangedEntry, campaign.Textf("Took terms from a file")},
	"POST /terms/:id/edit":                   {campaign.ChangedEntry, campaign.Textf("Changed a term")},
	"POST /terms/:id/delete":                 {campaign.DeletedEntry, campaign.Textf("Deleted a term")},
	"POST /words":                            {campaign.ChangedEntry, campaign.Textf("Changed the dictionary")},
	"POST /words/add":                        {campaign.ChangedEntry, campaign.Textf("Added a word to the dictionary")},
	"POST /releases/:id/sources":             {campaign.ChangedEntry, campaign.Textf("Changed the sources of a release")},
	"POST /releases/:id/remove-version":      {campaign.DeletedEntry, campaign.Textf("Deleted a language version of a release")},
	"POST /releases/:id/restore":             {campaign.ChangedEntry, campaign.Textf("Restored an earlier text of a release")},
	"POST /releases/:id/copy":                {campaign.MadeEntry, campaign.Textf("Copied a release")},
	"POST /releases/:id/archive":             {campaign.ChangedEntry, campaign.Textf("Archived a release")},
	"POST /releases/:id/delete":              {campaign.DeletedEntry, campaign.Textf("Deleted a release")},
	"POST /releases/:id/media":               {campaign.ChangedEntry, campaign.Textf("Changed the press kit or the attachments of a release")},
	"POST /layouts/new":                      {campaign.MadeEntry, campaign.Textf("Added a layout")},
	"POST /layouts/:id":                      {campaign.ChangedEntry, campaign.Textf("Changed a layout")},
	"POST /layouts/:id/delete":               {campaign.DeletedEntry, campaign.Textf("Deleted a layout")},
	"POST /library":                          {campaign.MadeEntry, campaign.Textf("Added a picture or file to the library")},
	"POST /library/:id":                      {campaign.ChangedEntry, campaign.Textf("Changed an item of the library")},
	"POST /library/:id/replace":              {campaign.ChangedEntry, campaign.Textf("Replaced a file of the library")},
	"POST /library/:id/delete":               {campaign.DeletedEntry, campaign.Textf("Deleted an item of the library")},
	"POST /library/upload":                   {campaign.MadeEntry, campaign.Textf("Added a picture or file to the library")},
	"POST /campaigns/new":                    act(campaign.ActAddCampaign),
	"GET /campaigns/:id/follow":              {campaign.ViewedEntry, campaign.Textf("Looked at whom a follow-up would go to")},
	"POST /campaigns/:id/follow":             act(campaign.ActAddFollowing),
	"POST /campaigns/:id/stop-joining":       {campaign.SendingEntry, campaign.Textf("Stopped sending to who joins the lists of a campaign")},
	"POST /campaigns/:id/copy":               {campaign.MadeEntry, campaign.Textf("Copied a campaign")},
	"POST /campaigns/:id":                    {campaign.ChangedEntry, campaign.Textf("Changed the content of a campaign")},
	"POST /campaigns/:id/audience":           {campaign.ChangedEntry, campaign.Textf("Changed the audience of a campaign")},
	"POST /campaigns/:id/schedule":           {campaign.ChangedEntry, campaign.Textf("Changed the schedule of a campaign")},
	"GET /campaigns/:id/approval":            {campaign.ViewedEntry, campaign.Textf("Looked at whom a campaign goes to")},
	"POST /releases/:id/comments":            {campaign.ChangedEntry, campaign.Textf("Commented on a release")},
	"POST /releases/:id/comments/:comment":   {campaign.ChangedEntry, campaign.Textf("Answered a comment on a release")},
	"POST /campaigns/:id/move":               {campaign.ChangedEntry, campaign.Textf("Moved a time of a campaign")},
	"POST /campaigns/:id/delete":             {campaign.DeletedEntry, campaign.Textf("Deleted a campaign")},
	"POST /campaigns/:id/send":               act(campaign.ActSendCampaign),
	"POST /campaigns/:id/plan":               act(campaign.ActScheduleCampaign),
	"POST /campaigns/:id/call-back":          {campaign.SendingEntry, campaign.Textf("Called a campaign back")},
	"POST /campaigns/:id/pause":              act(campaign.ActPauseCampaign),
	"POST /campaigns/:id/resume":             act(campaign.ActResumeCampaign),
	"POST /campaigns/:id/cancel":             act(campaign.ActCancelCampaign),
	"POST /campaigns/:id/test":               {campaign.SendingEntry, campaign.Textf("Sent a test")},
	"POST /campaigns/:id/ab-test":            {campaign.ChangedEntry, campaign.Textf("Changed the A/B test of a campaign")},
	"POST /runs/:id/arm":                     act(campaign.ActChooseArm),
	"POST /runs/:id/retry":                   act(campaign.ActRetryFailed),
	"POST /runs/:id/resend":                  act(campaign.ActResend),
	"POST /holds/:provider/try":              {campaign.SendingEntry, campaign.Textf("Tried a held provider")},
	"GET /replies":                           {campaign.ViewedEntry, campaign.Textf("Looked at who asked by mail to be taken off")},
	"POST /replies/:id/leave":                {campaign.ChangedEntry, campaign.Textf("Took somebody off who asked for it by mail")},
	"POST /replies/:id/stay":                 {campaign.ChangedEntry, campaign.Textf("Left somebody on the lists who wrote a letter")},
	"GET /enquiries":                         {campaign.ViewedEntry, campaign.Textf("Looked at the protected letters")},
	"GET /enquiries/:id":                     {campaign.ViewedEntry, campaign.Textf("Looked at a protected letter")},
	"POST /enquiries/:id/close":              {campaign.ChangedEntry, campaign.Textf("Closed a protected letter")},
	"GET /bounces":                           {campaign.ViewedEntry, campaign.Textf("Looked at the returned messages")},
	"GET /bounces/:id":                       {campaign.ViewedEntry, campaign.Textf("Looked at a returned message")},
	"POST /hygiene/look":                     {campaign.ChangedEntry, campaign.Textf("Had all contacts looked through for addresses to look at")},
	"GET /suppressions":                      {campaign.ViewedEntry, campaign.Textf("Looked at the suppressions")},
	"GET /suppressions/:id":                  {campaign.ViewedEntry, campaign.Textf("Looked at a suppression")},
	"POST /suppressions":                     {campaign.MadeEntry, campaign.Textf("Added a suppression")},
	"POST /suppressions/file":                {campaign.ImportedEntry, campaign.Textf("Added suppressions from a file")},
	"POST /settings/sender/trial":            {campaign.SendingEntry, campaign.Textf("Sent a test mail to the mailbox of bounces")},
	"POST /review/:id/ask":                   {campaign.ReviewedEntry, campaign.Textf("Asked a contact whether they still want mail")},
	"POST /campaigns/:id/editions/make":      {campaign.ChangedEntry, campaign.Textf("Made the next edition of a campaign")},
	"POST /campaigns/:id/editions/approve":   {campaign.SendingEntry, campaign.Textf("Approved the next edition of a campaign")},
	"POST /campaigns/:id/editions/withdraw":  {campaign.SendingEntry, campaign.Textf("Took back the approval of an edition")},
	"POST /campaigns/:id/editions/skip":      {campaign.SendingEntry, campaign.Textf("Skipped the next edition of a campaign")},
	"POST /campaigns/:id/editions/unskip":    {campaign.SendingEntry, campaign.Textf("Took back that an edition is skipped")},
	"POST /campaigns/:id/editions/take-over": {campaign.ChangedEntry, campaign.Textf("Put what is new into an edition")},
	"POST /campaigns/:id/editions/remake":    {campaign.ChangedEntry, campaign.Textf("Made an edition anew")},
	"POST /releases/:id/publish":             {campaign.ChangedEntry, campaign.Textf("Marked a release as published")},

	"POST /releases/:id/writing/replace":  {campaign.ChangedEntry, campaign.Textf("Changed words the writing check found")},
	"POST /releases/:id/writing/assure":   {campaign.ChangedEntry, campaign.Textf("Gave or took back an assurance about the people in a release")},
	"POST /releases/:id/writing/override": {campaign.ChangedEntry, campaign.Textf("Let words go out that the writing check blocks")},
}

// auditDetail adds to what the audit log holds of this request: a name of one of the team's records, or more words; never what
// stands in a contact.
func (v *visit) auditDetail(detail any) { v.detail = detail }

// acted says what this request did where its route alone does not tell.
func (v *visit) acted(what campaign.Text) { v.act.What = what }

// compared says how the team's records are compared: of a rule it is not told whom it asks for, of a release not the texts;
// a schedule is told in words, see campaignPages.tellSchedule.
var compared = campaign.Comparison{
	Unsaid: []string{"version", "media", "hashes", "original", "uploads", "ends", "no_alt", "no_consent", "file", "sizes", "former", "uploader", "key", "sort_name", "text", "updated_at", "approval", "alone_at", "state", "schedule", "next_at", "next_wall", "last_run", "follow", "follows_id", "join_until", "reached_at", "despite_of", "edition_of", "published_at", "publication", "unnamed", "versions.language", "versions.updated_at", "versions.updated_by", "versions.writers", "versions.source_at"},
	Silent: []string{
		"rule", "ab_test", "attachments", "assurances", "description", "consent.by", "consent.proof", "alt", "caption", "purpose", "versions.lead", "versions.body", "versions.quotes", "versions.about", "versions.notes", "versions.media_contact", "versions.stories", "versions.slots", "source",
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
	case "release", "release_id":
		var r campaign.Release
		r, err = n.store.GetRelease(ctx, value)
		name = r.Title
	}
	if err != nil { // it was deleted meanwhile
		return "?"
	}
	return name
}

// known returns the names of what a field of a form holds, one a line; what is no id stands for itself.
func (n recordNames) known(ctx context.Context, field, values string) string {
	lines := strings.Split(values, "\n")
	for i, value := range lines {
		if name := n.name(ctx, field, value); name != "?" {
			lines[i] = name
		}
	}
	return strings.Join(lines, "\n")
}

// note adds what was done to the audit log, once for each request.
func (v *visit) note() error {
	if v.noted || v.user == nil || v.act.Kind == "" {
		return nil
	}
	v.noted = true
	e := campaign.Act(v.act).Entry(v.object(), v.detail, v.changed)
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
	if v.act.Kind != campaign.ViewedEntry {
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
