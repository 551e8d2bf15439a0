package io.sunaba.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Reads all that a container prints, which counts, one number a line, and looks whether one is
/// missing or comes twice.
final class Numbers implements AutoCloseable {
    private final Shell shell;
    private final String line;
    private final Thread thread;
    private final List<String> faults = new ArrayList<>();
    private volatile @Nullable Conversation current;
    private final AtomicLong next = new AtomicLong();
    private volatile boolean closed;

    Numbers(Shell shell, String sandbox, String container) {
        this.shell = shell;
        this.line = "container:attach %s %s".formatted(sandbox, container);
        this.thread = Thread.ofVirtual().name(line).start(this::read);
    }

    private void read() {
        StringBuilder rest = new StringBuilder();
        while (!closed) {
            try (Conversation conversation = Conversation.begin(shell, line)) {
                current = conversation;
                String text = conversation.read();
                for (; text != null; text = conversation.read()) {
                    rest.append(text);
                    count(rest);
                }
                if (!conversation.cutShort()) {
                    conversation.expectSuccess(line);
                    throw new IOException(line + " ended");
                }
            } catch (IOException e) {
                if (!closed) {
                    fault(e.getMessage());
                }
            }
        }
    }

    private void count(StringBuilder rest) {
        for (int end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
            String number = rest.substring(0, end);
            rest.delete(0, end + 1);
            if (!number.equals(next.toString())) {
                fault("%s: %s where %s was to come".formatted(line, number, next));
                if (number.matches("\\d{1,18}")) {
                    next.set(Long.parseLong(number));
                }
            }
            next.incrementAndGet();
        }
    }

    private synchronized void fault(@Nullable String what) {
        faults.add(String.valueOf(what));
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    /// How many numbers have come.
    long count() {
        return next.get();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        Conversation conversation = current;
        if (conversation != null) {
            conversation.close();
        }
        thread.interrupt();
    }
}
