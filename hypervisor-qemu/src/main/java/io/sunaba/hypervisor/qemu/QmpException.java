package io.sunaba.hypervisor.qemu;

/// QEMU refused a command.
final class QmpException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String errorClass;
    private final String description;

    QmpException(String command, String errorClass, String description) {
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
