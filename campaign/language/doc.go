// Package language knows how the four languages of a release are written: Serbian in its two scripts and the way between
// them, dates, hours and numbers as an editor of each language expects them, and plural forms.
//
// Everything here is a pure function over text. Nothing is looked up, nothing is guessed silently: what a conversion left
// as it was, or is not sure of, it says (G-02).
package language
