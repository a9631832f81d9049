package mongo

import (
	"net/url"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// clientOptions reads a mongodb:// or mongodb+srv:// address: how to connect, and to which database. What the address says of
// reading is not followed, and of writing only how long it waits for journals: see writesOf.
func clientOptions(uri string) (*options.ClientOptions, string, error) {
	o := options.Client().ApplyURI(uri)
	if err := o.Validate(); err != nil {
		return nil, "", addressError(uri, err)
	}
	name, err := databaseName(uri)
	if err != nil {
		return nil, "", addressError(uri, err)
	}
	concern, err := writesOf(o.WriteConcern)
	if err != nil {
		return nil, "", err
	}
	if o.ServerSelectionTimeout == nil {
		o.SetServerSelectionTimeout(selectionTimeout)
	}
	if o.Timeout == nil {
		o.SetTimeout(operationTimeout)
	}
	if o.AppName == nil {
		o.SetAppName("glasnik")
	}
	o.SetRegistry(registry())
	o.SetWriteConcern(concern)
	o.SetReadPreference(readpref.Primary())
	o.SetReadConcern(readconcern.Local())
	o.SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true, NilSliceAsEmpty: true, NilMapAsEmpty: true, NilByteSliceAsEmpty: true}) // as encode does
	return o, name, nil
}

// writesOf returns the write concern for what an address says: the majority of a replica set at least. What fewer members have is
// lost when another becomes primary, and messages announced in it would be sent twice. journal=true alone does not contradict
// that; journal=false would, since the majority must have a write on the disk.
func writesOf(said *writeconcern.WriteConcern) (*writeconcern.WriteConcern, error) {
	majority := writeconcern.Majority()
	if said == nil {
		return majority, nil
	}
	if said.W != nil && said.W != majority.W {
		return nil, campaign.Errorf(campaign.Invalid, "the store's address says w=%v: take it out, or write w=majority. Writes have to wait for the majority of a replica "+
			"set, or an election could undo them and messages would be sent twice; a server alone is its own majority", said.W)
	}
	if said.Journal != nil && *said.Journal {
		majority.Journal = said.Journal
	}
	return majority, nil
}

// databaseName returns the path of an address.
func databaseName(uri string) (string, error) {
	_, rest, _ := strings.Cut(uri, "://")
	rest, _, _ = strings.Cut(rest, "?")
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	_, path, _ := strings.Cut(rest, "/")
	if path == "" {
		return defaultDatabase, nil
	}
	return url.PathUnescape(path)
}

// addressError says that an address is wrong without printing it: it may hold a password, and so may the driver's words.
func addressError(uri string, err error) error {
	const form = "the store's address is not of the form mongodb://user:password@host:27017/database"
	if strings.ContainsAny(uri, "@?") {
		return campaign.Errorf(campaign.Invalid, "%s; characters such as @ : / %% in the password are written %%40 %%3A %%2F %%25", form)
	}
	return campaign.Errorf(campaign.Invalid, "%s: %v", form, err)
}
