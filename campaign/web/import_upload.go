package web

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
)

// Uploads wait for their owner's word in memory: nothing of a file is kept before it is confirmed, and a restart forgets
// it. Several processes behind one address need sessions that stick to a process while somebody imports.
const (
	maxUpload  = 20 << 20
	uploadLife = time.Hour
	maxUploads = 4
)

// upload is a file somebody sent, with what would happen or what happened to each row.
type upload struct {
	ID      string
	owner   string // id of the user
	Name    string // of the file
	File    *contactfile.File
	Form    importForm
	Results []campaign.ImportResult
	Summary campaign.ImportSummary
	Done    bool // it was imported
	at      time.Time
	busy    sync.Mutex // held while it is checked or imported
}

type uploads struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]*upload
}

func newUploads(now func() time.Time) *uploads {
	return &uploads{now: now, all: map[string]*upload{}}
}

// keep remembers an upload, forgetting those that are too old and, when there are too many, the oldest.
func (u *uploads) keep(up *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	up.ID, up.at = rand.Text(), u.now()
	var oldest *upload
	for id, other := range u.all {
		if up.at.Sub(other.at) > uploadLife {
			delete(u.all, id)
		} else if oldest == nil || other.at.Before(oldest.at) {
			oldest = other
		}
	}
	if len(u.all) >= maxUploads {
		delete(u.all, oldest.ID)
	}
	u.all[up.ID] = up
}

// find gives the upload of a user.
func (u *uploads) find(id, owner string) (*upload, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	up := u.all[id]
	if up == nil || up.owner != owner || u.now().Sub(up.at) > uploadLife {
		return nil, campaign.Errorf(campaign.NotFound, "This file is no longer here. Files wait for an hour; send it again.")
	}
	return up, nil
}

func (u *uploads) drop(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.all, id)
}
