package opens

import "sync/atomic"

// Current is the classifier in use. Another can take its place while hits are judged.
type Current struct{ in atomic.Pointer[Classifier] }

// NewCurrent begins with a classifier.
func NewCurrent(c *Classifier) *Current {
	out := &Current{}
	out.Set(c)
	return out
}

// Get returns the classifier in use; nil where there is none at all.
func (c *Current) Get() *Classifier {
	if c == nil {
		return nil
	}
	return c.in.Load()
}

// Set puts another classifier into use.
func (c *Current) Set(to *Classifier) { c.in.Store(to) }
