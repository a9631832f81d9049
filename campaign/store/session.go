package store

import (
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// Sessions are sign-in links and the browsers that used them.
type Sessions struct {
	engine document.Engine
	now    func() time.Time

	users *Users
}
