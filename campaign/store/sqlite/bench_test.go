package sqlite_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// The benchmarks run over the collections of the program itself; every one counts rows, so ns/op is the cost of a row.

func collection(b *testing.B, name string) *document.Collection {
	i := slices.IndexFunc(store.Collections, func(c *document.Collection) bool { return c.Name == name })
	if i < 0 {
		b.Fatalf("there is no collection %s", name)
	}
	return store.Collections[i]
}

const batch = 500

var at = time.Date(2026, 10, 18, 12, 0, 0, 0, time.UTC)

func newDelivery(i int) *campaign.Delivery {
	contact := fmt.Sprintf("c%015d", i)
	id, shard := campaign.DeliveryID("2n3xs94m9xwkt4sz-00abcdef", 16, contact)
	return &campaign.Delivery{
		ID: id, Run: "2n3xs94m9xwkt4sz-00abcdef", Campaign: "2n3xs94m9xwkt4sz", Contact: contact, Shard: shard, Email: fmt.Sprintf("person%d@newsroom.example", i),
		Name: "Ana Anić", Domain: "newsroom.example", Language: campaign.SerbianLatin, Tracking: campaign.Aggregate, State: campaign.Queued, MadeAt: at, LastAt: at,
	}
}

// prepared returns an engine with n deliveries and their ids in the order of their shards.
func prepared(b *testing.B, n int) (document.Engine, *document.Collection, []string) {
	e := open(b)
	if err := e.Prepare(context.Background(), store.Collections); err != nil {
		b.Fatal(err)
	}
	c := collection(b, "deliveries")
	ids := make([]string, n)
	for i := 0; i < n; i += batch {
		var docs []any
		for j := i; j < min(n, i+batch); j++ {
			d := newDelivery(j)
			ids[j], docs = d.ID, append(docs, d)
		}
		if _, err := e.InsertNew(context.Background(), c, docs...); err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(ids)
	return e, c, ids
}

func BenchmarkInsertDeliveries(b *testing.B) {
	e, c, _ := prepared(b, 0)
	docs := make([]any, b.N)
	for i := range docs {
		docs[i] = newDelivery(i)
	}
	b.ResetTimer()
	for part := range slices.Chunk(docs, batch) {
		if _, err := e.InsertNew(context.Background(), c, part...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdateByIDs(b *testing.B) {
	e, c, ids := prepared(b, b.N)
	b.ResetTimer()
	var n int64
	for part := range slices.Chunk(ids, batch) {
		changed, err := e.Update(context.Background(), c,
			document.All{document.Where{Field: "id", Op: document.In, Value: part}, document.Equal("run_id", "2n3xs94m9xwkt4sz-00abcdef"), document.OneOf("state", campaign.Queued, campaign.Deferred)},
			document.Change{Set: map[string]any{"state": campaign.InFlight, "epoch": 1, "last_at": at}, Add: map[string]int64{"attempts": 1}})
		if err != nil {
			b.Fatal(err)
		}
		n += changed
	}
	if n != int64(b.N) {
		b.Fatalf("%d of %d changed", n, b.N)
	}
}

func BenchmarkBulkOutcomes(b *testing.B) {
	e, c, ids := prepared(b, b.N)
	b.ResetTimer()
	for part := range slices.Chunk(ids, batch) {
		ops := make([]document.Op, len(part))
		for i, id := range part {
			ops[i] = document.Op{
				Where:  document.All{document.ByID(id), document.Equal("state", campaign.Queued)},
				Change: document.Change{Set: map[string]any{"state": campaign.Accepted, "code": 250, "queue": "2.0.0 Ok: queued as 4WxYz" + id[:8], "sent_at": at, "last_at": at}},
			}
		}
		if n, err := e.Bulk(context.Background(), c, ops); err != nil || n != int64(len(part)) {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkClaim reads queued deliveries of one shard page by page, as a sender does.
func BenchmarkClaim(b *testing.B) {
	e, c, _ := prepared(b, 50_000)
	b.ResetTimer()
	after, seen := "", 0
	for seen < b.N {
		q := document.Query{Filter: document.All{document.Equal("run_id", "2n3xs94m9xwkt4sz-00abcdef"), document.Equal("state", campaign.Queued)}, Limit: batch}
		if after != "" {
			q.After = []any{after}
		}
		var docs []campaign.Delivery
		if err := e.Find(context.Background(), c, q, &docs); err != nil {
			b.Fatal(err)
		}
		if after = ""; len(docs) > 0 {
			after = docs[len(docs)-1].ID
		}
		seen += len(docs)
	}
}

func BenchmarkFigures(b *testing.B) {
	e, c, _ := prepared(b, 50_000)
	b.ResetTimer()
	for range b.N {
		if _, err := e.GroupCount(context.Background(), c, document.Equal("run_id", "2n3xs94m9xwkt4sz-00abcdef"), "state"); err != nil {
			b.Fatal(err)
		}
	}
}

func newContact(i int) *campaign.Contact {
	c := &campaign.Contact{
		ID: fmt.Sprintf("c%015d", i), Version: 1, Email: fmt.Sprintf("person%d@newsroom%d.example", i, i%1000), FirstName: "Ana", LastName: fmt.Sprintf("Anić %d", i),
		Kind: campaign.Journalist, Place: "Novi Sad", Tags: []string{"press", "culture"}, CreatedAt: at, UpdatedAt: at,
	}
	c.Memberships = []campaign.Membership{{List: "l", Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: at}}
	if err := c.Normalize("Radio Primer"); err != nil {
		panic(err)
	}
	return c
}

func BenchmarkInsertContacts(b *testing.B) {
	e, _, _ := prepared(b, 0)
	c := collection(b, "contacts")
	docs := make([]any, b.N)
	for i := range docs {
		docs[i] = newContact(i)
	}
	b.ResetTimer()
	for part := range slices.Chunk(docs, batch) {
		if _, err := e.InsertNew(context.Background(), c, part...); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkContactsPage reads the first page of a list's members by name out of 20,000.
func BenchmarkContactsPage(b *testing.B) {
	e, _, _ := prepared(b, 0)
	c := collection(b, "contacts")
	var docs []any
	for i := range 20_000 {
		docs = append(docs, newContact(i))
	}
	if err := e.Insert(context.Background(), c, docs...); err != nil {
		b.Fatal(err)
	}
	for name, f := range map[string]document.Filter{
		"all":    nil,
		"list":   document.Where{Field: "on", Op: document.Has, Value: "l/subscribed"},
		"search": document.All{document.Where{Field: "on", Op: document.Has, Value: "l/subscribed"}, document.Where{Field: "text", Op: document.Contains, Value: "person1234"}},
		"part":   document.Where{Field: "text", Op: document.Contains, Value: "son123"},
		"common": document.Where{Field: "text", Op: document.Contains, Value: "newsroom"},
		"not":    document.Not{Filter: document.Equal("kind", "school")},
	} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				var docs []campaign.Contact
				if err := e.Find(context.Background(), c, document.Query{Filter: f, Order: []document.Order{{Field: "sort_name"}}, Limit: 51}, &docs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	e, c, ids := prepared(b, 20_000)
	b.ResetTimer()
	for i := range b.N {
		var d campaign.Delivery
		if err := e.Get(context.Background(), c, ids[i%len(ids)], &d); err != nil {
			b.Fatal(err)
		}
	}
}
