package io.sunaba.agent.kata;

import io.grpc.Status;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;

/// Says in the platform's words what an agent's answer means.
final class CallFailure {
    private CallFailure() {}

    /// @param operation what was asked for, such as `start container web`
    static SunabaException of(String operation, Status status) {
        String message = operation + ": " + words(status);
        return switch (status.getCode()) {
            case NOT_FOUND -> new NotFoundException(message);
            case ALREADY_EXISTS, FAILED_PRECONDITION -> new ConflictException(message);
            case INVALID_ARGUMENT, OUT_OF_RANGE -> new RejectedException(message);
            case UNIMPLEMENTED ->
                    new RejectedException(operation + ": the agent cannot: " + words(status));
            case DEADLINE_EXCEEDED -> new TimedOutException(message);
            case OK,
                    CANCELLED,
                    UNKNOWN,
                    PERMISSION_DENIED,
                    RESOURCE_EXHAUSTED,
                    ABORTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS,
                    UNAUTHENTICATED ->
                    new UnavailableException(message, status.getCause());
        };
    }

    /// The agent's own words, on one line of bounded length.
    static String words(Status status) {
        String description = status.getDescription();
        return description == null || description.isBlank()
                ? status.getCode().name()
                : GuestText.line(description);
    }
}
