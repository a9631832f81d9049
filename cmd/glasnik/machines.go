package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign/web/opens"
)

// classifier is made with the lists of a file; with the embedded ones where none is named.
func classifier(file string) (*opens.Classifier, error) {
	if file == "" {
		return opens.New()
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, withoutPath(err)
	}
	return opens.Parse(string(text))
}

// refreshMachines is how often the file of machines is looked at.
const refreshMachines = 20 * time.Second

// machinesFile reads the lists that tell people from machines anew whenever their file changes.
type machinesFile struct {
	path   string
	inUse  *opens.Current
	logger *slog.Logger
	read   fs.FileInfo // of the file when it was read last; nil before
	fault  string      // why it could not be; "" when it could
}

// refreshing refreshes the lists until the context ends.
func (m *machinesFile) refreshing(ctx context.Context) {
	if m.path == "" {
		return
	}
	every := time.NewTicker(refreshMachines)
	defer every.Stop()
	for {
		m.refresh()
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// refresh reads the file if it is not as it was. One that cannot be read changes nothing, and is told of once.
func (m *machinesFile) refresh() {
	info, err := os.Stat(m.path)
	if err == nil && m.read != nil && info.Size() == m.read.Size() && info.ModTime().Equal(m.read.ModTime()) {
		return
	}
	var read *opens.Classifier
	if err == nil {
		m.read = info
		read, err = classifier(m.path)
	} else {
		m.read, err = nil, withoutPath(err)
	}
	if err != nil {
		if m.fault != err.Error() {
			m.fault = err.Error()
			m.logger.Error("the file of machines cannot be read, and the lists before it stay in use: mend it, or unset "+prefix+"MACHINES",
				"error", err, "lists_of", m.inUse.Get().Date)
		}
		return
	}
	before := m.inUse.Get()
	m.inUse.Set(read)
	if m.fault != "" || before.Date != read.Date {
		m.logger.Info("the lists of machines are read", "lists_of", read.Date)
	}
	m.fault = ""
}

// checkMachines says of when the lists of machines are.
func checkMachines(cfg *config) finding {
	f := finding{What: "lists of machines", Status: fine}
	lists, err := classifier(cfg.Machines)
	if err != nil {
		f.Status, f.Detail = fail, fmt.Sprintf("the file of %sMACHINES cannot be read: %v. A server that runs goes on with the lists before it, and would not start again", prefix, err)
		f.Mend = "mend the file, or take a whole one from “glasnik opens lists”"
		return f
	}
	f.Detail = fmt.Sprintf("of %s: %s", lists.Date, lists.Source)
	return f
}

func opensListsCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "lists", Short: "Print the lists of machines in the program", Args: cobra.NoArgs,
		Long: `Print the lists by which the program tells people from machines: their date, their source, names of
tools and scanners, and networks. Change them in a file and name it in ` + prefix + `MACHINES: a server that
runs reads it anew when it changes.`,
		Example: "  glasnik opens lists > machines.txt",
		RunE: p.does(func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(p.stdout, opens.Lists())
			return err
		}),
	}
}
