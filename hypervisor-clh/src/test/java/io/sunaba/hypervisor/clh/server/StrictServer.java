package io.sunaba.hypervisor.clh.server;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The program. Its first argument is the directory of the [Play], the others are those of Cloud
/// Hypervisor.
public final class StrictServer {
    private static final String ROOT = "/api/v1/";

    private final ApiDescription description = ApiDescription.read();
    private final Play play;
    private final Monitor monitor;
    private final StrictVm vm;

    private StrictServer(Play play, Monitor monitor) {
        this.play = play;
        this.monitor = monitor;
        this.vm = new StrictVm(monitor);
    }

    public static void main(String[] arguments) throws IOException {
        List<String> given = List.of(arguments);
        List<String> expected =
                List.of("--api-socket", "path=", "--event-monitor", "fd=3", "--seccomp", "true");
        boolean right = given.size() == expected.size() + 1;
        for (int i = 0; right && i < expected.size(); i++) {
            right = given.get(i + 1).startsWith(expected.get(i));
        }
        if (!right) {
            System.err.println("error: unexpected arguments " + given);
            System.exit(2);
        }
        Monitor monitor = new Monitor("/proc/self/fd/3");
        monitor.tell("vmm", "starting");
        StrictServer server = new StrictServer(new Play(Path.of(given.getFirst())), monitor);
        server.serve(Path.of(given.get(2).substring("path=".length())));
    }

    private void serve(Path socket) throws IOException {
        try (ServerSocketChannel server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(socket))) {
            while (true) {
                SocketChannel channel = server.accept();
                Thread.ofVirtual().start(() -> serve(channel));
            }
        }
    }

    private void serve(SocketChannel channel) {
        Http http = new Http(channel);
        try (channel) {
            for (Http.Request request = http.read(); request != null; request = http.read()) {
                answer(http, request);
            }
        } catch (IOException e) {
            System.err.println("connection dropped: " + e);
        }
    }

    private void answer(Http http, Http.Request request) throws IOException {
        String operation = request.method() + " " + request.path().substring(ROOT.length());
        try {
            JsonElement content =
                    request.content().isBlank() ? null : JsonParser.parseString(request.content());
            List<String> violations =
                    request.faults().isEmpty() ? violations(operation, content) : request.faults();
            String body;
            // One after the other, however long it takes.
            synchronized (this) {
                play.request(operation, violations);
                body = perform(operation, content == null ? null : content.getAsJsonObject());
            }
            http.answer(body.isEmpty() ? 204 : 200, body);
            afterwards(operation);
        } catch (Refusal e) {
            http.answer(e.status(), new Gson().toJson(e.chain()));
        } catch (InterruptedException | RuntimeException e) {
            http.answer(500, new Gson().toJson(List.of("Internal Server Error", e.toString())));
        }
    }

    /// Lists what is wrong with a request, and notes what it consists of if nothing is.
    private List<String> violations(String operation, @Nullable JsonElement content)
            throws IOException, Refusal {
        List<String> violations = description.violations(operation, content);
        String schema = description.body(operation);
        if (!violations.isEmpty() || schema == null || content == null) {
            return violations;
        }
        play.sent(description.members(schema, content));
        return operation.equals("PUT vm.restore")
                ? restored(content.getAsJsonObject())
                : violations;
    }

    /// Lists what is wrong with the config that a VM is restored from.
    private List<String> restored(JsonObject content) throws IOException, Refusal {
        JsonObject config = StrictVm.config(content.get("source_url").getAsString());
        List<String> violations = description.violationsOf("VmConfig", config);
        if (violations.isEmpty()) {
            play.sent(description.members("VmConfig", config));
        }
        return violations;
    }

    /// Does what follows from a request that has been answered.
    private void afterwards(String operation) {
        boolean end =
                operation.equals("PUT vm.boot") ? vm.act() : operation.equals("PUT vmm.shutdown");
        if (end) {
            Runtime.getRuntime().halt(0);
        }
    }

    private String perform(String operation, @Nullable JsonObject content)
            throws IOException, Refusal {
        if (content == null) {
            return perform(operation);
        }
        switch (operation) {
            case "PUT vm.create" -> vm.create(content);
            case "PUT vm.resize" -> vm.resize(content);
            case "PUT vm.resize-zone" -> vm.resizeZone(content);
            case "PUT vm.remove-device" -> vm.remove(content.get("id").getAsString());
            case "PUT vm.snapshot" -> vm.snapshot(content.get("destination_url").getAsString());
            case "PUT vm.restore" -> vm.restore(content.get("source_url").getAsString());
            case "PUT vm.add-disk" -> {
                return vm.add("disks", content);
            }
            case "PUT vm.add-net" -> {
                return vm.add("net", content);
            }
            case "PUT vm.add-fs" -> {
                return vm.add("fs", content);
            }
            default -> throw new IllegalStateException(operation);
        }
        return "";
    }

    private String perform(String operation) throws IOException, Refusal {
        switch (operation) {
            case "GET vmm.ping" -> {
                return "{\"version\":\"54.0\",\"pid\":%d}".formatted(ProcessHandle.current().pid());
            }
            case "GET vm.info" -> {
                return vm.info();
            }
            case "PUT vm.boot" -> vm.boot();
            case "PUT vm.pause" -> vm.pause();
            case "PUT vm.resume" -> vm.resume();
            case "PUT vmm.shutdown" -> monitor.tell("vmm", "shutdown");
            default -> throw new IllegalStateException(operation);
        }
        return "";
    }
}
