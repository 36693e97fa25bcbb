package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

func TestAHalfClosedStreamStillCarriesTheAnswer(t *testing.T) {
	client, outside := pair(t)
	inside, application := pair(t)
	done := make(chan struct{})
	go func() {
		splice(outside, inside, time.Minute)
		close(done)
	}()
	sent := bytes.Repeat([]byte("0123456789abcdef"), 64<<10) // more than all the buffers on the way
	go func() {
		client.Write(sent)
		client.CloseWrite()
	}()
	got, err := io.ReadAll(application)
	if err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	io.WriteString(application, "answer")
	application.Close()
	if answer, err := io.ReadAll(client); err != nil || string(answer) != "answer" {
		t.Errorf("%q %v", answer, err)
	}
	<-done
}

func TestAnIdleStreamIsClosedAndABusyOneIsNot(t *testing.T) {
	client, outside := pair(t)
	inside, application := pair(t)
	const limit = 300 * time.Millisecond
	done := make(chan time.Time, 1)
	go func() {
		splice(outside, inside, limit)
		done <- time.Now()
	}()
	// One direction is enough to keep both: an answer may take long to write.
	last := time.Now()
	for range 4 {
		ticker := time.NewTimer(limit / 2)
		<-ticker.C
		if _, err := application.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		last = time.Now()
		if _, err := io.ReadFull(client, make([]byte, 1)); err != nil {
			t.Fatal("closed while bytes moved: ", err)
		}
	}
	client.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := client.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("not closed: ", err)
	}
	if ended := <-done; ended.Sub(last) < limit/2 {
		t.Errorf("closed after %s", ended.Sub(last))
	}
}

func TestAPeerThatNeverReadsIsLetGo(t *testing.T) {
	client, outside := pair(t)
	inside, application := pair(t)
	go func() {
		for piece := make([]byte, 64<<10); ; {
			if _, err := application.Write(piece); err != nil {
				return
			}
		}
	}()
	done := make(chan struct{})
	go func() {
		splice(outside, inside, 200*time.Millisecond)
		close(done)
	}()
	client.CloseWrite() // only the direction that is stuck is left to notice
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("held for ever")
	}
}
