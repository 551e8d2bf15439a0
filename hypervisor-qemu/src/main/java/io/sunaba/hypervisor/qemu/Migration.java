package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/// The transfer of a machine's state out of QEMU or into it, of which there is one at a time. QEMU
/// calls it migration, and tells by events how it goes.
final class Migration {
    private volatile CompletableFuture<Boolean> end = new CompletableFuture<>();

    /// Starts to listen for the end of the next one: true if it was completed, false if it failed
    /// or was cancelled.
    CompletableFuture<Boolean> expect() {
        CompletableFuture<Boolean> next = new CompletableFuture<>();
        end = next;
        return next;
    }

    /// Takes an event of QEMU.
    void event(String status) {
        switch (status) {
            case "completed" -> end.complete(true);
            case "failed", "cancelled" -> end.complete(false);
            default -> {
                // on its way
            }
        }
    }

    /// Returns the arguments that turn on events, and leave out memory which others can map.
    static JsonObject capabilities() {
        JsonArray capabilities = new JsonArray();
        for (String name : new String[] {"events", "x-ignore-shared"}) {
            JsonObject capability = new JsonObject();
            capability.addProperty("capability", name);
            capability.addProperty("state", true);
            capabilities.add(capability);
        }
        JsonObject arguments = new JsonObject();
        arguments.add("capabilities", capabilities);
        return arguments;
    }

    /// Returns the arguments that name the other end.
    static JsonObject uri(Path socket) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("uri", "unix:" + socket);
        return arguments;
    }
}
