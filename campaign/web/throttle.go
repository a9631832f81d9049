package web

import (
	"time"

	"github.com/glasnik/glasnik/campaign/web/request"
)

// How often somebody may try to sign in: so many times in a row, then one try in each interval. An address has tries for each
// place they come from, so that a stranger elsewhere does not use up its user's; what all places may try together is wide.
const (
	triesPerAddress = 8
	waitPerAddress  = 30 * time.Second
	triesAnywhere   = 200
	waitAnywhere    = 20 * time.Second
	triesPerIP      = 30
	waitPerIP       = 5 * time.Second
)

// throttle limits tries to sign in.
type throttle struct{ *request.Throttle }

func newThrottle(now func() time.Time) *throttle { return &throttle{request.NewThrottle(now)} }

// allowDevice takes a try from a browser in which somebody signed in before.
func (t *throttle) allowDevice(id string) bool {
	return t.Allow("device "+id, triesPerAddress, waitPerAddress)
}

// allowIP takes a try from a place on the network. A place that has none left is asked about nothing more.
func (t *throttle) allowIP(ip string) bool {
	return t.Allow("ip "+request.Network(ip), triesPerIP, waitPerIP)
}

// allowAddress takes a try at an address from a place, and then from what all places have together.
func (t *throttle) allowAddress(address, ip string) bool {
	return t.Allow(fromPlace(address, ip), triesPerAddress, waitPerAddress) && t.Allow("address "+address, triesAnywhere, waitAnywhere)
}

func fromPlace(address, ip string) string {
	return "from " + request.Network(ip) + " address " + address
}

// forgive gives an address its tries from a place, and a browser its own, back after a right password.
func (t *throttle) forgive(address, ip, device string) {
	t.Forgive(fromPlace(address, ip))
	t.Forgive("device " + device)
}
