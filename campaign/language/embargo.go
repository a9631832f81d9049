package language

import (
	"fmt"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Embargo writes the line above a release that may not be published before t, with hour and zone (C.1). t must be in the
// zone the embargo is stated in.
func Embargo(l campaign.Language, t time.Time) string {
	switch {
	case isSerbian(l):
		line := fmt.Sprintf("EMBARGO do %s, %s u %s (%s)", daysSerbianUntil[t.Weekday()], dateOf(t), Clock(l, t), serbianZone(t))
		return serbian(l, line)
	case l == campaign.French:
		return fmt.Sprintf("SOUS EMBARGO jusqu’au %s %s à %s (%s)", daysFrench[t.Weekday()], frenchDate(t), Clock(l, t), frenchZone(t))
	}
	return fmt.Sprintf("EMBARGO: %s %s, %s (%s)", daysEnglish[t.Weekday()], LongDate(l, t), Clock(l, t), englishZone(t))
}

// EmbargoSubject is what is before the subject (C-03): short, for the width of a telephone, and still with the hour
// and the zone.
func EmbargoSubject(l campaign.Language, t time.Time) string {
	switch {
	case isSerbian(l):
		return serbian(l, fmt.Sprintf("EMBARGO do %s u %s %s", dateOf(t), Clock(l, t), ZoneShort(t)))
	case l == campaign.French:
		return fmt.Sprintf("SOUS EMBARGO jusqu’au %s à %s %s", frenchDate(t), Clock(l, t), ZoneShort(t))
	}
	return fmt.Sprintf("EMBARGO %s, %s %s", LongDate(l, t), Clock(l, t), ZoneShort(t))
}

// ZoneShort is the zone's abbreviation where it has one that people know, else its distance from UTC.
func ZoneShort(t time.Time) string {
	if name, _ := t.Zone(); name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return name
	}
	return utcOffset(t)
}

func utcOffset(t time.Time) string {
	_, seconds := t.Zone()
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	switch hours, minutes := seconds/3600, seconds%3600/60; {
	case seconds == 0:
		return "UTC"
	case minutes != 0:
		return fmt.Sprintf("UTC%c%d:%02d", sign, hours, minutes)
	default:
		return fmt.Sprintf("UTC%c%d", sign, hours)
	}
}

// zoneCity returns the city a zone is named for, or "".
func zoneCity(t time.Time) string {
	name := t.Location().String()
	slash := strings.LastIndexByte(name, '/')
	if slash < 0 || strings.HasPrefix(name, "Etc/") {
		return ""
	}
	return strings.ReplaceAll(name[slash+1:], "_", " ")
}

func englishZone(t time.Time) string {
	parts := []string{ZoneShort(t)}
	if city := zoneCity(t); city != "" {
		parts = []string{city, parts[0]}
	}
	if offset := utcOffset(t); offset != parts[len(parts)-1] {
		parts = append(parts, offset)
	}
	return strings.Join(parts, ", ")
}

// serbianCities are the adjectives, in the locative, of the cities most stated times are of.
var serbianCities = map[string]string{
	"Belgrade": "beogradskom", "Paris": "pariskom", "Brussels": "briselskom", "London": "londonskom", "Berlin": "berlinskom", "Vienna": "bečkom",
	"Sarajevo": "sarajevskom", "Zagreb": "zagrebačkom", "Podgorica": "podgoričkom", "Skopje": "skopskom", "Tirane": "tiranskom", "Budapest": "budimpeštanskom",
	"Sofia": "sofijskom", "Bucharest": "bukureštanskom", "Athens": "atinskom", "Rome": "rimskom", "Istanbul": "istanbulskom",
}

func serbianZone(t time.Time) string {
	if adjective := serbianCities[zoneCity(t)]; adjective != "" {
		return "po " + adjective + " vremenu"
	}
	return "po vremenu " + ZoneShort(t)
}

// frenchCities are the names that French writes in its own way, with the preposition.
var frenchCities = map[string]string{
	"Brussels": "de Bruxelles", "London": "de Londres", "Vienna": "de Vienne", "Athens": "d’Athènes", "Istanbul": "d’Istanbul", "Tirane": "de Tirana",
	"Bucharest": "de Bucarest", "Lisbon": "de Lisbonne", "Warsaw": "de Varsovie",
}

func frenchZone(t time.Time) string {
	city := zoneCity(t)
	switch {
	case city == "":
		return ZoneShort(t)
	case frenchCities[city] != "":
		return "heure " + frenchCities[city]
	case strings.ContainsAny(city[:1], "AEIOUY"):
		return "heure d’" + city
	}
	return "heure de " + city
}
