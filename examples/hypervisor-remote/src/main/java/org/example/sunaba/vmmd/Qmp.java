package org.example.sunaba.vmmd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/// A connection to QEMU's monitor, whose language is QMP: a JSON object a line. Of the answers no
/// more is understood than is needed here.
final class Qmp implements AutoCloseable {
    private static final String END = "";

    private final SocketChannel channel;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    /// @param events is given each event, as its line
    Qmp(Path socket, Consumer<String> events) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Thread.startVirtualThread(() -> read(events));
        execute("{\"execute\": \"qmp_capabilities\"}");
    }

    private void read(Consumer<String> events) {
        try (BufferedReader lines = new BufferedReader(Channels.newReader(channel, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains("\"event\": ")) {
                    events.accept(line);
                } else if (!line.contains("\"QMP\": ")) {
                    answers.add(line);
                }
            }
        } catch (IOException _) {
            // It ended.
        } finally {
            answers.add(END);
        }
    }

    /// Has QEMU do something, and returns its answer. One caller at a time.
    ///
    /// @throws IOException if QEMU refuses, with its reason, or is gone
    synchronized String execute(String command) throws IOException {
        ByteBuffer line = UTF_8.encode(command + "\n");
        while (line.hasRemaining()) {
            channel.write(line);
        }
        String answer;
        try {
            answer = answers.take();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (answer.equals(END)) {
            answers.add(END);
            throw new IOException("the monitor is gone");
        }
        if (answer.contains("\"error\": ")) {
            throw new IOException(answer.replaceFirst(".*\"desc\": \"(.*?)\"}.*", "$1"));
        }
        return answer;
    }

    static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // nothing left to close
        }
    }
}
