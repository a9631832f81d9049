package opens

import (
	"cmp"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// What F-07 and F-08 compare.
const (
	burstLinks = 3 // different links
	burstTime  = 10 * time.Second
	nearBurst  = time.Minute

	CrowdSize = 20 // deliveries: a school's or newsroom's shared address makes a handful in a minute
	CrowdTime = time.Minute
)

// sender is who hits of one delivery are taken to come from: an address, and where the delivery is not known its agent too.
type sender struct{ about, ip, agent string }

func senderOf(h *Hit) (sender, bool) {
	switch {
	case h.Delivery != "":
		return sender{about: "d" + h.Delivery, ip: h.IP}, true
	case h.Run != "":
		return sender{about: "r" + h.Run, ip: h.IP, agent: h.Agent}, true
	}
	return sender{}, false
}

// reader is whose hits a click stands for.
func (s sender) reader() sender {
	if s.agent == "" {
		s.ip = ""
	}
	return s
}

// Judge judges hits by what each says and by those around it, so that what comes late changes what came before. Their order
// does not matter.
func (c *Classifier) Judge(hits []Hit) []Result {
	out := make([]Result, len(hits))
	for i := range hits {
		out[i] = c.Classify(hits[i])
	}
	Compare(hits, out)
	return out
}

// Compare sets the results that hits have by themselves right by each other. The addresses and agents may be hashes.
func Compare(hits []Hit, out []Result) {
	bySender := map[sender][]int{}
	byIP := map[string][]int{}
	for i := range hits {
		h := &hits[i]
		if by, ok := senderOf(h); ok {
			bySender[by] = append(bySender[by], i)
		}
		if h.Kind == Open && h.Delivery != "" && h.IP != "" && !h.At.IsZero() && !SharedProxy(h.Agent) {
			byIP[h.IP] = append(byIP[h.IP], i)
		}
	}
	for _, of := range bySender {
		slices.SortFunc(of, func(a, b int) int { return hits[a].At.Compare(hits[b].At) })
		markBurst(hits, of, out)
	}
	for _, of := range byIP {
		slices.SortFunc(of, func(a, b int) int { return hits[a].At.Compare(hits[b].At) })
		markCrowd(hits, of, out)
	}
	markFollowed(hits, bySender, out)
}

// markBurst takes the hits of one sender, in order of time, for a machine's if it followed the trap link, or many links at once
// (F-07). Behind the address of an office stands its scanner and its people: what another program fetched at another time is
// left as it is.
func markBurst(hits []Hit, of []int, out []Result) {
	why := ""
	proof := make([]bool, len(of))
	agents := map[string]bool{} // of the hits that prove it
	links := map[string]int{}   // how often each was followed within the time
	count := func(i, by int) {
		if h := &hits[i]; h.Kind == Click && h.Link != "" && !h.At.IsZero() {
			if links[h.Link] += by; links[h.Link] == 0 {
				delete(links, h.Link)
			}
		}
	}
	first, marked := 0, 0
	for n, i := range of {
		if hits[i].Kind == Trap {
			why, proof[n] = "it followed the link that people do not see", true
		}
		count(i, 1)
		for hits[i].At.Sub(hits[of[first]].At) > burstTime {
			count(of[first], -1)
			first++
		}
		if len(links) >= burstLinks {
			why = cmp.Or(why, "it followed three or more links within ten seconds")
			for marked = max(marked, first); marked <= n; marked++ {
				proof[marked] = true
			}
		}
	}
	near := make([]bool, len(of)) // to a hit that proves it
	nearTo := func(n int, last *int) {
		if proof[n] {
			*last, agents[hits[of[n]].Agent] = n, true
		}
		near[n] = near[n] || *last >= 0 && (*last == n || !hits[of[n]].At.IsZero()) && hits[of[n]].At.Sub(hits[of[*last]].At).Abs() <= nearBurst
	}
	before, after := -1, -1
	for n := range of {
		nearTo(n, &before)
		nearTo(len(of)-1-n, &after)
	}
	for n, i := range of {
		if near[n] || agents[hits[i].Agent] {
			downgrade(&hits[i], &out[i], "F-07", why)
		}
	}
}

// markCrowd takes the images that one address fetched, in order of time, for a machine's where it fetched those of many
// deliveries at once (F-08).
func markCrowd(hits []Hit, of []int, out []Result) {
	deliveries := map[string]int{}
	first, marked := 0, 0
	for n, i := range of {
		deliveries[hits[i].Delivery]++
		for hits[i].At.Sub(hits[of[first]].At) > CrowdTime {
			gone := hits[of[first]].Delivery
			if deliveries[gone]--; deliveries[gone] == 0 {
				delete(deliveries, gone)
			}
			first++
		}
		if len(deliveries) < CrowdSize {
			continue
		}
		for marked = max(marked, first); marked <= n; marked++ {
			downgrade(&hits[of[marked]], &out[of[marked]], "F-08", "its address fetched the images of twenty deliveries within a minute")
		}
	}
}

// downgrade takes a hit for a machine's, unless an earlier rule has already or a person must have made it.
func downgrade(h *Hit, r *Result, rule, why string) {
	if r.Verdict != campaign.Machine && !byPerson(h) {
		*r = machine(rule, why)
	}
}

// markFollowed takes an image fetched through Apple's relay for a person's when the reader clicked afterwards (F-12).
func markFollowed(hits []Hit, bySender map[sender][]int, out []Result) {
	lastClick := map[sender]time.Time{}
	for by, of := range bySender {
		for _, i := range of {
			if hits[i].Kind == Click && out[i].Verdict == campaign.Human && hits[i].At.After(lastClick[by.reader()]) {
				lastClick[by.reader()] = hits[i].At
			}
		}
	}
	for by, of := range bySender {
		for _, i := range of {
			if last := lastClick[by.reader()]; slices.Equal(out[i].Rules, []string{"F-12"}) && !last.IsZero() && !last.Before(hits[i].At) {
				out[i] = Result{Verdict: campaign.Human, Rules: []string{"F-12", "F-15"}, Why: "through Apple's relay, and a person clicked afterwards"}
			}
		}
	}
}
