package web

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// Colleagues comment on words of a release, beside its text and in its form: what is wrong comes back as it was typed.
func TestComments(t *testing.T) {
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Admin)
	release := "/releases/" + n.release.ID
	edit := release + "/edit?lang=en"
	lacks(t, n.get(edit), 200, []string{"New comment", `name="back" value="` + edit + `"`}, "Open comments")
	n.post(release+"/comments?lang=en", "back="+edit, "field=body", "quote=It is dear.", "text=Who says so?").want(t, 422, "These words do not stand there", "It is dear.", "Who says so?", `name="back" value="`+edit+`"`)
	n.post(release+"/comments?lang=en", "field=body", "text=").want(t, 422, "Write what you want to say")
	n.post(release+"/comments?lang=en", "field=age", "text=Who?").want(t, 422, "Choose what the comment is about")
	n.post(release+"/comments?lang=en", "back="+edit, "field=body", "quote=It is  free.", "text=Since when?").want(t, 200, "Edit release", "Open comments: 1", "It is free.", "Since when?")
	open, err := n.store.Comments.FindComments(t.Context(), n.release.ID, false)
	must(t, err)
	if len(open) != 1 || open[0].Remarks[0].Name == "" || open[0].Quote != "It is free." {
		t.Fatalf("%+v", open)
	}
	path := release + "/comments/" + open[0].ID
	n.post(path, "do=answer", "text=").want(t, 422, "Write what you want to say")
	n.post(path, "do=answer", "text=Since May.", "back="+edit).want(t, 200, "Edit release", "Since May.")
	n.post("/releases/another/comments/"+open[0].ID, "do=resolve").want(t, 404)
	lacks(t, n.post(path, "do=resolve", "back=https://evil.example/"), 200, []string{"The comment is resolved.", "Resolved comments: 1", "resolved by"}, "evil.example")
	n.post(path, "do=answer", "text=And now?").want(t, 409, "This comment is resolved: open it again to answer")
	n.post(path, "do=reopen").want(t, 200, "The comment is open again.")
	n.get("/audit").want(t, 200, "Resolved a comment on a release", "Commented on a release")

	// Marks of Markdown are not seen where words are marked. What it is about is rewritten: the comment says so.
	_, err = n.store.Releases.UpdateRelease(t.Context(), n.release.ID, func(r *campaign.Release) error {
		r.Versions[0].Body = "It **is** [free](https://example.org/)."
		return nil
	})
	must(t, err)
	lacks(t, n.get(release+"/comments?lang=en"), 200, nil, "these words do not stand there any more")
	_, err = n.store.Releases.UpdateRelease(t.Context(), n.release.ID, func(r *campaign.Release) error { r.Versions[0].Body = "It costs nothing."; return nil })
	must(t, err)
	n.get(release+"/comments?lang=en").want(t, 200, "these words do not stand there any more")

	n.signInAs(campaign.Viewer)
	n.post(release+"/comments?lang=en", "field=body", "text=Me too").want(t, 403, "Only who writes or approves can comment")
	u, err := n.store.Users.GetUserByAddress(t.Context(), "viewer@example.org")
	must(t, err)
	_, err = n.store.Users.UpdateUser(t.Context(), u.ID, func(u *campaign.User) error { u.Approves = true; return nil })
	must(t, err)
	n.post(release+"/comments?lang=en", "field=headline", "text=Me too").want(t, 200, "Me too")
}

// How many people must approve a campaign is an admin's setting, by kind and by readers.
func TestApprovalSettings(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	n.get("/settings/approval").want(t, 403)
	n.signInAs(campaign.Admin)
	for wrong, want := range map[string]string{
		"approval_press_release=6": "Choose a number from 0 to 5", "approval_newsletter=-1": "Choose a number from 0 to 5", "approval_invitation=many": "number", "approval_readers=-1": "This is no number of readers",
	} {
		_, value, _ := strings.Cut(wrong, "=")
		n.post("/settings/approval", wrong).want(t, 422, want, `value="`+value+`"`)
	}
	n.post("/settings/approval", "approval_press_release=0", "approval_newsletter=2", "approval_readers=2").want(t, 200, "Saved.")
	set, err := n.store.Settings.GetSettings(t.Context())
	must(t, err)
	for _, tt := range []struct {
		kind    campaign.ReleaseKind
		readers int64
		want    int
	}{{campaign.PressRelease, 1, 0}, {campaign.PressRelease, 2, 1}, {campaign.Newsletter, 1, 2}, {campaign.Newsletter, 9, 2}, {campaign.Invitation, 1, 0}} {
		if got := set.Approval.Asks(tt.kind, tt.readers, 3); got != tt.want {
			t.Errorf("%s to %d: %d, want %d", tt.kind, tt.readers, got, tt.want)
		}
	}
	n.get("/campaigns/"+n.draft().ID+"/check").want(t, 200, "Approvals needed: 1")
}
