package mongo

import (
	"bytes"
	"reflect"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
)

// TestNestedNames reads documents as earlier versions wrote them, whose structs within them had their ids under _id, writes
// them again, and reads that.
func TestNestedNames(t *testing.T) {
	s, err := newShape(&document.Collection{Name: "editions", Sample: edition.Edition{}})
	must(t, err)
	read := func(raw bson.Raw) (e edition.Edition) {
		d := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(raw)))
		d.SetRegistry(registry())
		d.UseJSONStructTags()
		must(t, d.Decode(s.decoded(reflect.ValueOf(&e).Elem())))
		return e
	}
	old, err := bson.Marshal(bson.D{{Key: "_id", Value: "e1"}, {Key: "release", Value: bson.D{
		{Key: "_id", Value: "r1"}, {Key: "version", Value: int64(7)}, {Key: "title", Value: "Spring"}, {Key: "attachments", Value: bson.A{
			bson.D{{Key: "file", Value: "f1"}, {Key: "shown_inline", Value: true}}, bson.D{{Key: "file", Value: "f2"}, {Key: "shown_inline", Value: false}}}},
	}}})
	must(t, err)
	want := campaign.Release{ID: "r1", Version: 7, Title: "Spring", Attachments: []campaign.Attachment{{File: "f1", Inline: true}, {File: "f2"}}}
	e := read(old)
	if e.ID != "e1" || !reflect.DeepEqual(e.Release, want) {
		t.Fatalf("%+v was read, not %+v", e.Release, want)
	}
	doc, _, err := s.write(&e)
	must(t, err)
	raw, err := encode(doc)
	must(t, err)
	if got := raw.Lookup("release", "id"); got.StringValue() != "r1" || len(raw.Lookup("release", "_id").Value) > 0 {
		t.Errorf("the release is written as %s", raw.Lookup("release"))
	}
	if got := raw.Lookup("release", "attachments", "0", "shown_inline"); !got.Boolean() {
		t.Errorf("the attachment is written as %s", raw.Lookup("release", "attachments", "0"))
	}
	if again := read(raw); !reflect.DeepEqual(again.ID, "e1") || again.Release.ID != "r1" || !again.Release.Attachments[0].Inline {
		t.Errorf("%+v was read again", again)
	}
}
