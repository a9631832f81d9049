// Command glasnik is the outreach desk of a communications team: it keeps contacts and lists, holds press releases in
// every language their readers use, sends them on time and exactly once, and tells honestly who opened them.
//
// This package starts everything: it reads the environment once, opens the store, joins the rooms of the program
// together, and stops them in order. No rule of the domain lives here.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"os/user"
	"strconv"
	"syscall"
	"time"
	_ "time/tzdata" // time zones on machines that have none, such as scratch containers

	"github.com/glasnik/glasnik/campaign/backup"
	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/mailer/dns"
)

func main() {
	datadir.OwnFilesOnly()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := &program{stdin: os.Stdin, output: output{stdout: os.Stdout, stderr: os.Stderr}, environ: os.Environ(), now: time.Now, workFactor: backup.WorkFactor, login: login(), alone: true}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// login returns who calls the program, by the operating system: a name, where it has one.
func login() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Getuid())
}

// program is the outside world as the commands see it; tests give it another.
type program struct {
	output
	stdin      io.Reader
	environ    []string // NAME=value
	now        func() time.Time
	dns        dns.Resolver  // of the doctor; nil: the machine's
	workFactor int           // of a new backup's passphrase, see backup.WorkFactor
	alarms     time.Duration // from look to look for alarms; 0: the usual
	login      string        // of the operating system, of who calls it
	alone      bool          // the process is this program alone and may change what holds for all of it

	started bool // a command's own work has begun: what fails from here on is not wrong usage
}
