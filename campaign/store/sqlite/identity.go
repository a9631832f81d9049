package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// Identity names the file by what its file system knows of it, which moves with its folder but not with a copy, and by machine
// and path, which stay where a file system knows nothing lasting.
func (e *Engine) Identity(context.Context, *document.Collection) ([]string, error) {
	path, err := filepath.Abs(e.path)
	if err != nil {
		return nil, fmt.Errorf("look where the store is: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("look where the store is: %w", err)
	}
	machine, _ := os.ReadFile("/etc/machine-id") // where there is one
	places := []string{"path " + host + " " + strings.TrimSpace(string(machine)) + " " + path}
	if born, ok := birthOf(path); ok {
		places = append(places, "file "+born)
	}
	return places, nil
}
