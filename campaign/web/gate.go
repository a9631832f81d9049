package web

// gate is what a request passes before its handler: who is visiting, and whether they may come.
type gate struct {
	*panel
	passwords *passwords
	throttle  *throttle
	throttled minutely // places whose tries to sign in were too many
}
