package web

import (
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// access says who may call a route.
type access string

const (
	public access = "public" // readers: no session, no user, no check of the form's origin
	anyone access = "anyone" // the sign-in pages
	viewer access = access(campaign.Viewer)
	editor access = access(campaign.Editor)
	admin  access = access(campaign.Admin)

	// who gave their password a short while ago, or is asked for it: for what a browser left open must not be enough
	editorAgain = editor + again
	adminAgain  = admin + again
	again       = " again"
)

// role is the role a route asks for, "" for none.
func (a access) role() campaign.Role {
	if a == public || a == anyone {
		return ""
	}
	return campaign.Role(strings.TrimSuffix(string(a), again))
}

// again reports whether the password has to have been given lately.
func (a access) again() bool { return strings.HasSuffix(string(a), again) }

// route is one line of the table: a method and path, who may call it, and what is done.
type route struct {
	method, path string
	who          access
	handle       func(*visit) error
	body         takes // what is taken with it; 0 is a form of the panel
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes is the table of everything this program answers to. The first part of a public path belongs to public paths alone.
func (s *Server) routes() []route {
	var all []route
	for _, part := range [][]route{s.foundationRoutes(), s.readerRoutes(), s.releaseRoutes(), s.campaignRoutes(), s.contactRoutes(), s.listRoutes(), s.privacyRoutes(), s.teamRoutes()} {
		all = append(all, part...)
	}
	return all
}

func (s *Server) foundationRoutes() []route {
	return []route{
		{get, "/healthz", public, s.health, 0},
		{http.MethodHead, "/healthz", public, s.health, 0}, // what most monitors ask
		{get, "/assets/*name", public, s.asset, 0},
		{http.MethodHead, "/assets/*name", public, s.asset, 0},
		{get, "/favicon.ico", public, s.favicon, 0},
		{get, "/robots.txt", public, s.robots, 0},

		{get, "/sign-in", anyone, s.signInPage, 0},
		{post, "/sign-in", anyone, s.signIn, takesSignIn},
		{get, "/sign-in/:secret", anyone, s.linkPage, 0},
		{post, "/sign-in/:secret", anyone, s.useLink, 0},
		{post, "/sign-out", anyone, s.signOut, 0},

		{get, "/", viewer, s.home, 0},
	}
}

func (s *Server) contactRoutes() []route {
	return []route{
		{get, "/contacts", viewer, s.contacts, 0},
		{post, "/contacts/columns", viewer, s.chooseColumns, 0},
		{get, "/contacts/new", editor, s.newContact, 0},
		{post, "/contacts/new", editor, s.createContact, 0},
		{get, "/contacts/:id", viewer, s.contact, 0},
		{get, "/contacts/:id/edit", editor, s.editContact, 0},
		{post, "/contacts/:id/edit", editor, s.updateContact, 0},
		{get, "/contacts/:id/erase", editor, s.askEraseContact, 0},
		{post, "/contacts/:id/erase", editorAgain, s.eraseContact, 0},
		{get, "/contacts/:id/merge", editor, s.askMerge, 0},
		{post, "/contacts/:id/merge", editor, s.mergeContacts, 0},
		{post, "/contacts/:id/pause", editor, s.pauseContact, 0},
		{post, "/contacts/:id/note", editor, s.noteContact, 0},
		{get, "/contacts/:id/data.html", editor, s.contactData, 0},
		{get, "/contacts/:id/data.json", editor, s.contactData, 0},
		{post, "/contacts/:id/subscribe", editor, s.subscribeContact, 0},
		{post, "/contacts/:id/remove", editor, s.removeContact, 0},
		{post, "/contacts/:id/tracking", editor, s.setTracking, 0},

		{get, "/bulk", editor, s.bulks, 0},
		{post, "/bulk", editor, s.doBulk, 0},
		{post, "/bulk/ask", editor, s.askBulk, 0},
		{get, "/bulk/:id", editor, s.bulk, 0},
		{get, "/bulk/:id/progress", editor, s.bulkProgress, 0},
		{post, "/bulk/:id/stop", editor, s.stopBulk, 0},
		{post, "/bulk/:id/undo", editor, s.undoBulk, 0},

		{get, "/export", editorAgain, s.exportContacts, 0},
		{get, "/import", editor, s.importPage, 0},
		{post, "/import", editor, s.uploadImport, takesImport},
		{get, "/import/:id", editor, s.previewImport, 0},
		{post, "/import/:id", editor, s.confirmImport, 0},
		{post, "/import/:id/cancel", editor, s.cancelImport, 0},
		{get, "/import/:id/report.csv", editor, s.importReport, 0},
		{post, "/import/:id/columns", editor, s.adjustImport, 0},
		{get, "/import/:id/progress", editor, s.importProgress, 0},
		{get, "/imports/:id/undo", editor, s.askUndoImport, 0},
		{post, "/imports/:id/undo", editor, s.undoImport, 0},
	}
}

func (s *Server) listRoutes() []route {
	return []route{
		{get, "/organisations", viewer, s.organisations.index, 0},
		{get, "/organisations/new", editor, s.organisations.new, 0},
		{post, "/organisations/new", editor, s.organisations.create, 0},
		{get, "/organisations/:id", viewer, s.organisations.show, 0},
		{get, "/organisations/:id/edit", editor, s.organisations.edit, 0},
		{post, "/organisations/:id/edit", editor, s.organisations.update, 0},
		{get, "/organisations/:id/delete", editor, s.organisations.askDelete, 0},
		{post, "/organisations/:id/delete", editor, s.organisations.delete, 0},

		{get, "/notices", viewer, s.notices, 0},
		{get, "/segments", viewer, s.segments, 0},
		{get, "/segments/new", editor, s.newSegment, 0},
		{post, "/segments/new", editor, s.changeSegment, 0},
		{post, "/segments/count", editor, s.countSegment, 0},
		{get, "/segments/complete", editor, s.completeRule, 0},
		{get, "/segments/:id", viewer, s.segment, 0},
		{get, "/segments/:id/edit", editor, s.editSegment, 0},
		{post, "/segments/:id/edit", editor, s.changeSegment, 0},
		{post, "/segments/:id/duplicate", editor, s.duplicateSegment, 0},
		{get, "/segments/:id/delete", editor, s.askDeleteSegment, 0},
		{post, "/segments/:id/delete", editor, s.deleteSegment, 0},

		{get, "/lists", viewer, s.lists.index, 0},
		{get, "/lists/new", editor, s.lists.new, 0},
		{post, "/lists/new", editor, s.lists.create, 0},
		{get, "/lists/:id", viewer, s.lists.show, 0},
		{get, "/lists/:id/edit", editor, s.lists.edit, 0},
		{post, "/lists/:id/edit", editor, s.lists.update, 0},
		{post, "/lists/:id/archive", editor, s.lists.archive, 0},
		{get, "/lists/:id/delete", editor, s.lists.askDelete, 0},
		{post, "/lists/:id/delete", editor, s.lists.delete, 0},
	}
}

func (s *Server) teamRoutes() []route {
	return []route{
		{get, "/account", viewer, s.account, 0},
		{post, "/account", viewer, s.updateAccount, 0},
		{get, "/account/password", viewer, s.passwordPage, 0},
		{post, "/account/password", viewer, s.setPassword, 0},
		{post, "/account/again", viewer, s.giveAgain, 0},
		{post, "/account/sign-out-everywhere", viewer, s.signOutEverywhere, 0},

		{get, "/users", admin, s.users, 0},
		{get, "/users/new", admin, s.newUser, 0},
		{post, "/users/new", adminAgain, s.inviteUser, 0},
		{get, "/users/:id", admin, s.editUser, 0},
		{post, "/users/:id", adminAgain, s.updateUser, 0},
		{post, "/users/:id/link", adminAgain, s.makeUserLink, 0},

		{get, "/installation", admin, s.askAdopt, 0},
		{post, "/installation", admin, s.adopt, 0},

		{get, "/settings", admin, s.settings, 0},
		{post, "/settings", admin, s.updateSettings, 0},
		{get, "/settings/sending", admin, s.sendingSettings, 0},
		{post, "/settings/sending", admin, s.updateSendingSettings, 0},
		{post, "/holds/:provider/try", editor, s.tryHold, 0},
	}
}
