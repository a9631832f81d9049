package campaign

// Collect returns what f makes of each element, in their order; never nil.
func Collect[T, R any](all []T, f func(T) R) []R {
	out := make([]R, len(all))
	for i := range all {
		out[i] = f(all[i])
	}
	return out
}

// First returns the first element that fits; nil when none does.
func First[T any](all []T, fits func(*T) bool) *T {
	for i := range all {
		if fits(&all[i]) {
			return &all[i]
		}
	}
	return nil
}
