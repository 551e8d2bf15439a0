package io.sunaba.guest.agent;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/// The ways to refuse a call, by what the caller can do.
final class Failures {
    private Failures() {}

    static StatusRuntimeException notFound(String text) {
        return Status.NOT_FOUND.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException exists(String text) {
        return Status.ALREADY_EXISTS.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException invalid(String text) {
        return Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException wrongState(String text) {
        return Status.FAILED_PRECONDITION.withDescription(text).asRuntimeException();
    }
}
