package io.sunaba.shell;

import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A follower of what a test makes up.
final class HostMonitor implements SandboxMonitor {
    private final BlockingQueue<SandboxEvent> events = new LinkedBlockingQueue<>();
    private final List<HostMonitor> others;

    /// @param others where it leaves when it is closed
    HostMonitor(List<HostMonitor> others) {
        this.others = others;
    }

    void add(SandboxEvent event) {
        events.add(event);
    }

    @Override
    public SandboxEvent next() throws InterruptedException {
        return events.take();
    }

    @Override
    public void close() {
        others.remove(this);
    }
}
