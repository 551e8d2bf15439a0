package io.sunaba.agent.kata;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Makes calls and waits for their answers.
final class AgentCalls {
    /// An agent's answer that is a failure. Only for those who look at it closer.
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Status status;

        Refusal(Status status, Throwable cause) {
            super(CallFailure.words(status), cause);
            this.status = status;
        }

        Status status() {
            return status;
        }
    }

    /// Most bytes of an answer that is made up of many small messages, which take many times the
    /// room once they are objects.
    private static final int MOST_BYTES = 256 << 10;

    static final CallOptions UNLIMITED_TIME =
            CallOptions.DEFAULT.withMaxInboundMessageSize(MOST_BYTES);

    private final Channel channel;
    private final Supplier<Duration> timeout;

    /// @param timeout how long an answer may take
    AgentCalls(Channel channel, Supplier<Duration> timeout) {
        this.channel = channel;
        this.timeout = timeout;
    }

    /// Waits for the answer as long as is configured.
    ///
    /// @param operation what is asked for, such as `start container web`
    <Q, R> R call(String operation, MethodDescriptor<Q, R> method, Q request)
            throws InterruptedException {
        try {
            return tryCall(method, request);
        } catch (Refusal refusal) {
            throw CallFailure.of(operation, refusal.status());
        }
    }

    /// As [#call], for an answer that is one long text.
    ///
    /// @param mostBytes that the answer may have
    <Q, R> R call(String operation, MethodDescriptor<Q, R> method, Q request, int mostBytes)
            throws InterruptedException {
        try {
            return answer(channel, method, limited().withMaxInboundMessageSize(mostBytes), request);
        } catch (Refusal refusal) {
            throw CallFailure.of(operation, refusal.status());
        }
    }

    /// Waits for the answer as long as it takes.
    <Q, R> R callUnlimited(String operation, MethodDescriptor<Q, R> method, Q request)
            throws InterruptedException {
        try {
            return answer(channel, method, UNLIMITED_TIME, request);
        } catch (Refusal refusal) {
            throw CallFailure.of(operation, refusal.status());
        }
    }

    /// As [#call], but leaves it to the caller what a failure means.
    <Q, R> R tryCall(MethodDescriptor<Q, R> method, Q request)
            throws InterruptedException, Refusal {
        return answer(channel, method, limited(), request);
    }

    /// As [#callUnlimited], but leaves it to the caller what a failure means.
    ///
    /// @param mostBytes that the answer may have
    <Q, R> R tryCallUnlimited(MethodDescriptor<Q, R> method, Q request, int mostBytes)
            throws InterruptedException, Refusal {
        return answer(
                channel, method, UNLIMITED_TIME.withMaxInboundMessageSize(mostBytes), request);
    }

    private CallOptions limited() {
        return UNLIMITED_TIME.withDeadlineAfter(timeout.get().toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Makes a call and waits for its answer; gives the call up when interrupted.
    static <Q, R> R answer(
            Channel channel, MethodDescriptor<Q, R> method, CallOptions options, Q request)
            throws InterruptedException, Refusal {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        ListenableFuture<R> answer =
                ClientCalls.futureUnaryCall(channel.newCall(method, options), request);
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new Refusal(Status.fromThrowable(e), e);
        } finally {
            answer.cancel(true);
        }
    }
}
