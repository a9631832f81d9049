package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer"
)

// checkSenders sees whether anybody is set whom mail is from.
func checkSenders(senders []ofSender) finding {
	if len(senders) == 0 {
		return finding{What: "sender", Status: warn, Detail: "no sender is set: campaigns that name none cannot be sent",
			Mend: "set " + prefix + "FROM, such as “Press Office <press@example.org>”, or a sender under Settings in the panel"}
	}
	words := senders[0].name + " is set"
	if n := len(senders) - 1; n > 0 {
		words += fmt.Sprintf(", and %d more", n)
	}
	return finding{What: "sender", Status: fine, Detail: words}
}

// checkMail has every mail server tried with the senders' envelopes.
func (p *program) checkMail(ctx context.Context, cfg config, senders []ofSender, s *store.Store) (out []finding) {
	const what = "mail server"
	if len(cfg.smtp) == 0 {
		return []finding{{What: what, Status: fail, Detail: "no mail server is set", Mend: "give its address in " + prefix + "SMTP_URL, such as smtp://user:password@mail.example.org:587"}}
	}
	var size int64
	if s != nil {
		size = largestRelease(ctx, s)
	}
	in := &installation{cfg: cfg, logger: newLogger(p.stderr, cfg), now: p.now}
	for _, c := range in.checkServers(ctx, cfg.trials(senders, size)) {
		out = append(out, ofServer(what, c)...)
	}
	return append(out, paceFinding(in.pace()))
}

// ofServer returns what was found of one mail server: a line for what is well, and one for each fault.
func ofServer(what string, c checked) (out []finding) {
	if c.err == nil || len(c.report.Words) > 0 {
		out = append(out, finding{What: what, Status: fine, Detail: strings.Join(c.report.Words, " ")})
	}
	for _, f := range c.report.Faults {
		status := warn
		if f.Fatal {
			status = fail
		}
		out = append(out, finding{What: what, Status: status, Detail: c.report.Server + ": " + f.What, Mend: f.Mend})
	}
	if c.err != nil {
		out = append(out, unreachable(what, c.err))
	}
	return out
}

// paceFinding says how fast mail goes out by the settings; the team may have set another pace in the panel.
func paceFinding(pace campaign.Pace) finding {
	words := counted(pace.Connections, "connection") + " to a server"
	if pace.PerSecond > 0 {
		words += fmt.Sprintf(", %.4g messages a second", pace.PerSecond)
	}
	if pace.PerConnection > 0 {
		words += fmt.Sprintf(", %.4g a second over each connection", pace.PerConnection)
	}
	for _, l := range pace.Providers {
		words += fmt.Sprintf("; to %s at most %s, %.4g a second (0 is no limit)", l.Provider, counted(l.Connections, "connection"), l.PerSecond)
	}
	return finding{What: "pace", Status: fine, Detail: words + ", where the panel (Settings → Sending) says nothing else"}
}

func counted(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// unreachable is the finding when there is no connection.
func unreachable(what string, err error) finding {
	var e *mailer.ConnectError
	if errors.As(err, &e) {
		return finding{What: what, Status: fail, Detail: e.Server + ": " + e.Answer, Mend: e.Mend}
	}
	return finding{What: what, Status: fail, Detail: err.Error()}
}
