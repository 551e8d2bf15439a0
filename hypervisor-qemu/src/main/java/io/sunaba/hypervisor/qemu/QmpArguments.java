package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;

/// Arguments of QMP commands, those that many commands have.
final class QmpArguments {
    private QmpArguments() {}

    static JsonObject of(String key, String value) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty(key, value);
        return arguments;
    }

    /// Returns the arguments that name a property of an object in QEMU's tree.
    static JsonObject property(String path, String property) {
        JsonObject arguments = of("path", path);
        arguments.addProperty("property", property);
        return arguments;
    }
}
