package io.sunaba.hypervisor.clh.server;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One connection of HTTP/1.1, as strict as Cloud Hypervisor's small server: no chunks, no content
/// but JSON.
final class Http {
    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024).limit(0);

    Http(SocketChannel channel) {
        this.channel = channel;
    }

    /// A request.
    ///
    /// @param content its body; empty if there is none
    /// @param faults what is wrong with it as HTTP
    record Request(String method, String path, String content, List<String> faults) {}

    /// Reads the next request; null at the end.
    @Nullable Request read() throws IOException {
        String first;
        try {
            first = line();
            // Some clients end a body with a line end.
            while (first.isEmpty()) {
                first = line();
            }
        } catch (EOFException _) {
            return null;
        }
        String[] words = first.split(" ", -1);
        List<String> faults = new ArrayList<>();
        if (words.length != 3 || !words[2].equals("HTTP/1.1")) {
            throw new IOException("no HTTP/1.1: " + first);
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            String[] parts = line.split(":", 2);
            headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
        }
        for (String header : headers.keySet()) {
            if (!List.of("host", "content-type", "content-length").contains(header)) {
                faults.add("header " + header);
            }
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        if (length > 0 && !"application/json".equals(headers.get("content-type"))) {
            faults.add("content type " + headers.get("content-type"));
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = next();
        }
        return new Request(words[0], words[1], new String(bytes, StandardCharsets.UTF_8), faults);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (char letter = (char) next(); letter != '\n'; letter = (char) next()) {
            line.append(letter);
        }
        return line.toString().strip();
    }

    private byte next() throws IOException {
        while (!buffer.hasRemaining()) {
            buffer.clear();
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
            buffer.flip();
        }
        return buffer.get();
    }

    void answer(int status, String body) throws IOException {
        String head =
                "HTTP/1.1 %d \r\nServer: Cloud Hypervisor API\r\nConnection: keep-alive\r\n"
                        .formatted(status);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0) {
            head +=
                    "Content-Type: application/json\r\nContent-Length: %d\r\n"
                            .formatted(bytes.length);
        }
        ByteBuffer out = ByteBuffer.wrap((head + "\r\n" + body).getBytes(StandardCharsets.UTF_8));
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }
}
