package io.sunaba.benchmarks;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A process that repeats what it gets, attached to all the time.
final class Echo implements AutoCloseable {
    private final Shell shell;
    private final String line;
    private @Nullable Conversation current;
    private long tokens;

    Echo(Shell shell, String sandbox) {
        this.shell = shell;
        this.line = "container:attach %s echo".formatted(sandbox);
    }

    /// Sends a line and waits until it comes back, once.
    synchronized void roundTrip() throws IOException {
        boolean done = false;
        while (!done) {
            Conversation conversation = current == null ? Conversation.begin(shell, line) : current;
            current = conversation;
            try {
                // Another one each time: one that was on its way when the shell went may have
                // arrived.
                done = tryRoundTrip(conversation, "line-" + tokens++ + "\n");
            } catch (IOException e) {
                close();
                throw e;
            }
            if (!done) {
                close();
                if (!conversation.cutShort()) {
                    conversation.expectSuccess(line);
                    throw new IOException(line + " ended");
                }
            }
        }
    }

    private static boolean tryRoundTrip(Conversation conversation, String token)
            throws IOException {
        if (!conversation.write(token)) {
            return false;
        }
        StringBuilder output = new StringBuilder();
        for (String text = conversation.read(); text != null; text = conversation.read()) {
            output.append(text);
            int found = output.indexOf(token);
            if (found >= 0 && output.indexOf(token, found + 1) >= 0) {
                throw new IOException("the answer came twice");
            }
            if (found >= 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized void close() throws IOException {
        Conversation conversation = current;
        current = null;
        if (conversation != null) {
            conversation.close();
        }
    }
}
