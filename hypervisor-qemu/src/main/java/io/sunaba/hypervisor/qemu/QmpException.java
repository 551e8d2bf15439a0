package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;

/// QEMU refused a command.
final class QmpException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String errorClass;
    private final String description;

    /// Reads what QEMU answered.
    ///
    /// @param error the `error` of its answer
    static QmpException of(String command, JsonObject error) {
        return new QmpException(
                command,
                error.get("class").getAsString(),
                error.get("desc").getAsString().strip().replaceAll("\\s*\\R\\s*", "; "));
    }

    private QmpException(String command, String errorClass, String description) {
        super("QEMU refused %s: %s (%s)".formatted(command, description, errorClass));
        this.errorClass = errorClass;
        this.description = description;
    }

    /// Returns QEMU's class of the error, such as `GenericError` or `DeviceNotFound`.
    String errorClass() {
        return errorClass;
    }

    /// Returns what QEMU says of it, on one line.
    String description() {
        return description;
    }
}
