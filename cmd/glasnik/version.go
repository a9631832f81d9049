package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build is what the program knows about itself.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"` // of the revision, RFC 3339
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func buildOf() build {
	b := build{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func versionCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "version", Short: "Print the program's version", Args: cobra.NoArgs,
		Long:    "Print the program's version, the revision it was built from, and the Go version and platform.",
		Example: "  glasnik version\n  glasnik version --json",
		RunE: p.does(func(*cobra.Command, []string) error {
			b := buildOf()
			if p.asJSON {
				return p.sayJSON(b)
			}
			p.say("glasnik %s (%s, %s)", b.Version, b.Go, b.Platform)
			if b.Revision != "" {
				p.say("revision %s of %s", b.Revision, b.Time)
			}
			return nil
		}),
	})
}

// withJSON gives a command the flag to print JSON.
func withJSON(p *program, cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&p.asJSON, "json", false, "print JSON, one document or one a line")
	return cmd
}
