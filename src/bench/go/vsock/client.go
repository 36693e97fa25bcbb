package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	exchanges   = 1000 // of one byte, for a round trip
	connections = 50
	bootWait    = 60 * time.Second
)

// figures of one way in; times in milliseconds, rates in megabytes (10^6) a second.
type figures struct{ fromGuest, toGuest, trip, trip99, connect []float64 }

func client(vsock, net string) error {
	ways := []string{vsock, net}
	all := make([]figures, len(ways))
	for _, way := range ways {
		if err := awaitGuest(way); err != nil {
			return err
		}
	}
	for range rounds {
		for i, way := range ways {
			if err := all[i].measure(way); err != nil {
				return fmt.Errorf("%s: %w", way, err)
			}
		}
	}
	fmt.Printf("%-34s %10s %10s %8s\n", fmt.Sprintf("medians of %d alternating rounds", rounds), "vsock", "virtio-net", "ratio")
	line("guest -> host, MB/s", all, func(f figures) []float64 { return f.fromGuest })
	line("host -> guest, MB/s", all, func(f figures) []float64 { return f.toGuest })
	line("round trip of a byte, ms", all, func(f figures) []float64 { return f.trip })
	line("the same, 99th percentile, ms", all, func(f figures) []float64 { return f.trip99 })
	line("connect and first answer, ms", all, func(f figures) []float64 { return f.connect })
	return nil
}

func line(name string, all []figures, of func(figures) []float64) {
	vsock, net := of(all[0]), of(all[1])
	a, b := percentile(vsock, 50), percentile(net, 50)
	fmt.Printf("%-34s %10.2f %10.2f %8.2f   each round: %s | %s\n", name, a, b, a/b, listed(vsock), listed(net))
}

func listed(values []float64) string {
	var texts []string
	for _, value := range values {
		texts = append(texts, fmt.Sprintf("%.2f", value))
	}
	return strings.Join(texts, " ")
}

func percentile(values []float64, percent int) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)*percent/100]
}

func (f *figures) measure(way string) error {
	for _, one := range []func(string) error{f.trips, f.connects, f.give, f.take} {
		if err := one(way); err != nil {
			return err
		}
	}
	return nil
}

func (f *figures) trips(way string) error {
	conn, err := begin(way, 'e')
	if err != nil {
		return err
	}
	defer conn.Close()
	var times []float64
	for range exchanges {
		start := time.Now()
		if err := exchange(conn); err != nil {
			return err
		}
		times = append(times, milliseconds(start))
	}
	f.trip = append(f.trip, percentile(times, 50))
	f.trip99 = append(f.trip99, percentile(times, 99))
	return nil
}

// The host program and QEMU's forwarding both accept before the guest does: only an answer shows a connection.
func (f *figures) connects(way string) error {
	var times []float64
	for range connections {
		start := time.Now()
		conn, err := begin(way, 'e')
		if err != nil {
			return err
		}
		err = exchange(conn)
		times = append(times, milliseconds(start))
		conn.Close()
		if err != nil {
			return err
		}
	}
	f.connect = append(f.connect, percentile(times, 50))
	return nil
}

func (f *figures) give(way string) error {
	conn, err := begin(way, 't')
	if err != nil {
		return err
	}
	defer conn.Close()
	buffer := make([]byte, 64<<10)
	start := time.Now()
	for range bytes / len(buffer) {
		if _, err := conn.Write(buffer); err != nil {
			return err
		}
	}
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	var taken uint64
	if err := binary.Read(conn, binary.BigEndian, &taken); err != nil {
		return err
	}
	return rate(&f.toGuest, int64(taken), start)
}

func (f *figures) take(way string) error {
	conn, err := begin(way, 'g')
	if err != nil {
		return err
	}
	defer conn.Close()
	start := time.Now()
	taken, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{conn}, make([]byte, 64<<10))
	if err != nil {
		return err
	}
	return rate(&f.fromGuest, taken, start)
}

func rate(rates *[]float64, moved int64, start time.Time) error {
	if moved != bytes {
		return fmt.Errorf("%d of %d bytes arrived", moved, bytes)
	}
	*rates = append(*rates, float64(moved)/1e6/time.Since(start).Seconds())
	return nil
}

func awaitGuest(way string) error {
	for limit := time.Now().Add(bootWait); ; time.Sleep(100 * time.Millisecond) {
		conn, err := begin(way, 'e')
		if err == nil {
			conn.SetDeadline(time.Now().Add(5 * time.Second))
			err = exchange(conn)
			conn.Close()
		}
		if err == nil || time.Now().After(limit) {
			return err
		}
	}
}

func begin(way string, what byte) (stream, error) {
	network := "tcp"
	if strings.HasPrefix(way, "/") {
		network = "unix"
	}
	conn, err := net.Dial(network, way)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write([]byte{what}); err != nil {
		conn.Close()
		return nil, err
	}
	return conn.(stream), nil
}

func exchange(conn stream) error {
	one := []byte{0}
	if _, err := conn.Write(one); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, one)
	return err
}

func milliseconds(since time.Time) float64 { return time.Since(since).Seconds() * 1000 }
