package mongo

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Identity returns the unique number the server drew for a collection when it was made. It is the same for all who use the
// database, by any address, and differs in a database that was restored from a dump or copied by a program; only a copy of
// the server's own files has it too.
func (e *Engine) Identity(ctx context.Context, c *document.Collection) ([]string, error) {
	found, err := e.db.ListCollectionSpecifications(ctx, bson.D{{Key: "name", Value: c.Name}})
	if err != nil {
		return nil, explain("look where the store is", err)
	}
	for _, f := range found {
		if f.UUID != nil && len(f.UUID.Data) > 0 {
			return []string{"collection " + hex.EncodeToString(f.UUID.Data)}, nil
		}
	}
	return nil, fmt.Errorf("look where the store is: the server does not say which collection %s is", c.Name)
}
