package mongo

import (
	"context"
	"slices"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestPlaceOfACopy(t *testing.T) {
	ctx := context.Background()
	c := &document.Collection{Name: "installation"}
	var found [2][]string
	for i := range found {
		e := open(t)
		if _, err := e.Identity(ctx, c); err == nil {
			t.Error("a collection that is not there has a place")
		}
		if _, err := e.db.Collection(c.Name).InsertOne(ctx, bson.D{{Key: "_id", Value: "installation"}}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			places, err := e.Identity(ctx, c)
			if err != nil || len(places) != 1 || found[i] != nil && !slices.Equal(places, found[i]) {
				t.Fatalf("%v, then %v: %v", found[i], places, err)
			}
			found[i] = places
		}
	}
	if found[0][0] == found[1][0] {
		t.Error("two databases are in one place")
	}
}
