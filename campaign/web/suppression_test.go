package web

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestSuppressionPages(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Viewer)
	s.get("/suppressions").want(t, 403, "")
	s.signInAs(campaign.Editor)
	page := s.get("/suppressions")
	page.want(t, 200, "Nobody is on record", "Add from a file")
	checkMarkup(t, page)
	s.post("/suppressions", "address=no address", "why=x").want(t, 422, "is neither an address nor a domain", `value="no address"`)
	s.post("/suppressions", "address=ana@example.org").want(t, 422, "Say why it must not be mailed")
	s.post("/suppressions", "address=Ana@Example.org", "why=asked on the phone").want(t, 200, "It is on record", "Ana<wbr>@example<wbr>.org", "asked on the phone", "Test editor")
	s.post("/suppressions", "address=ana@example.org", "why=x").want(t, 200, "It was on record already")
	s.post("/suppressions", "address=closed.example", "why=closed").want(t, 200, "@closed<wbr>.example")
	s.get("/suppressions?q=ana").want(t, 200, "search for a whole address, or for a domain")
	s.get("/suppressions?q=x@closed.example").want(t, 200, "1 on record", "@closed<wbr>.example")
	s.get("/suppressions?q=nobody@example.org&reason=by_hand").want(t, 200, "Nothing fits")
	s.get("/suppressions.csv").want(t, 403, "a right of its own")

	must(t, s.store.Suppressions.Suppress(t.Context(), "left@example.org", campaign.LeftAll, ""))
	of := func(whom string) string {
		rows, _, err := s.store.Suppressions.FindSuppressions(t.Context(), store.SuppressionFilter{Whom: whom}, store.Page{})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: %v, %v", whom, rows, err)
		}
		return "/suppressions/" + rows[0].ID
	}
	left, ana := of("left@example.org"), of("ana@example.org")
	s.get(left).want(t, 200, "Only an admin can let it go")
	s.post(left+"/let-go", "reason=asked").want(t, 403, "Only an admin")
	s.post(ana+"/let-go").want(t, 422, "Say why it is let go")
	checkMarkup(t, s.get(ana))
	s.post(ana+"/let-go", "reason=it was a mistake").want(t, 200, "It is let go")
	s.get(ana).want(t, 404, "not on record any more")

	s.signInAs(campaign.Admin)
	s.post(left+"/let-go", "reason=wrote that they want mail again").want(t, 200, "It is let go")
	s.get("/suppressions.csv").want(t, 200, "@closed.example", "by_hand", "closed", "Test editor")
	s.get("/audit").want(t, 200, "Let go of a suppression", "it was a mistake", "Exported the suppressed addresses (1) as CSV")
}

func TestSuppressionFiles(t *testing.T) {
	for name, c := range map[string]struct {
		file, want string
		bad        int
	}{
		"one a line":        {"ana@example.org\nmarko@example.org\n\nANA@example.org\n", "ana@example.org marko@example.org ANA@example.org", 0},
		"ours":              {"address;reason;date\n'@closed.example;by_hand;2026-11-30\nana@example.org;complaint;2026-11-30\n;erased;2026-11-30\n", "@closed.example ana@example.org", 1},
		"another program's": {"\"Name\",\"Email\"\n\"Ana, A\",ana@example.org\n\"Marko\",nothing\n", "ana@example.org", 1},
		"nothing":           {"email\n", "", 0},
	} {
		lines, err := contactfile.ReadLines([]byte(c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		whom, bad := suppressedIn(lines)
		if strings.Join(whom, " ") != c.want || len(bad) != c.bad {
			t.Errorf("%s: %v, wrong %v", name, whom, bad)
		}
	}
}

// TestHygienePage decides about a list of addresses worth a second look, and takes it back.
func TestHygienePage(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/lists/new", "name=Press").want(t, 200)
	lists, err := s.store.Lists.FindLists(t.Context(), false)
	must(t, err)
	id := s.addPerson(t, "ana@dead.example", "lists="+lists[0].ID, "basis=contract", "source=meeting", "reference=1")
	page := s.get("/hygiene")
	page.want(t, 200, "Nobody has looked yet", "Nobody is on this list")
	checkMarkup(t, page)
	s.post("/hygiene/rules", "hygiene_months=x", "dns=true").want(t, 422, "This must be a number")
	s.post("/hygiene/rules", "hygiene_months=6", "hygiene_mails=3").want(t, 200, "Saved", `value="6"`)
	s.post("/hygiene/look").want(t, 200, "is under way")
	_, err = s.store.Hygiene.ListHygiene(t.Context(), "look", func(domain string) campaign.HygieneKind { return campaign.DeadDomain })
	must(t, err)
	page = s.get("/hygiene")
	page.want(t, 200, "dead.example", "Keep, and do not ask again")
	checkMarkup(t, page)
	s.get("/contacts?hygiene=dead_domain@dead.example").want(t, 200, "ana<wbr>@dead<wbr>.example")
	ask := s.post("/bulk/ask?hygiene=dead_domain@dead.example", "scope=all", "action=suppress", "back=/hygiene")
	ask.want(t, 200, "Dead domains: dead.example", "Never mail again: 1 contact", "can be undone")
	checkMarkup(t, ask)
	s.post("/bulk?hygiene=dead_domain@dead.example", "scope=all", "action=suppress", "back=/hygiene").want(t, 422, "Say why")
	s.post("/bulk?hygiene=dead_domain@dead.example", "scope=all", "action=suppress", "reason=closed", "back=/hygiene").want(t, 200, "Never mail them again", "Undo")
	s.get("/contacts/"+id).want(t, 200, "must never be mailed")
	_, err = s.store.Hygiene.ListHygiene(t.Context(), "look2", func(domain string) campaign.HygieneKind { return campaign.DisposableDomain })
	must(t, err)
	if n, err := s.store.Hygiene.CountHygiene(t.Context()); err != nil || len(n) != 0 {
		t.Errorf("who is suppressed is on a list: %v %v", n, err)
	}
}
