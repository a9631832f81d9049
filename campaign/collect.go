package campaign

// Collect returns what f makes of each element, in their order; never nil.
func Collect[T, R any](all []T, f func(T) R) []R {
	out := make([]R, len(all))
	for i := range all {
		out[i] = f(all[i])
	}
	return out
}
