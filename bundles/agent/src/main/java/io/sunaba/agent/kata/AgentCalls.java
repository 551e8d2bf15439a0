package io.sunaba.agent.kata;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.sunaba.error.UnavailableException;
import io.sunaba.ttrpc.left.ChannelUser;
import io.sunaba.ttrpc.left.WaitingCalls;
import io.sunaba.ttrpc.left.WaitingCalls.Question;
import java.time.Duration;
import java.util.Optional;
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
    private final WaitingCalls waiting;
    private final Supplier<Duration> timeout;
    private final ChannelUser user = new ChannelUser();

    /// @param waiting those of the connection, of whoever uses it
    /// @param timeout how long an answer may take
    AgentCalls(Channel channel, WaitingCalls waiting, Supplier<Duration> timeout) {
        this.channel = channel;
        this.waiting = waiting;
        this.timeout = timeout;
    }

    /// Has what waits go on, for whoever uses the connection next. What those before left about
    /// processes, and nobody has asked again, is forgotten.
    ///
    /// @return whether it did not before
    boolean leave() {
        if (user.hasLeft()) {
            return false;
        }
        waiting.forgetProcesses();
        return user.leave();
    }

    boolean hasLeft() {
        return user.hasLeft();
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
            return ask(method, limited().withMaxInboundMessageSize(mostBytes), request);
        } catch (Refusal refusal) {
            throw CallFailure.of(operation, refusal.status());
        }
    }

    /// Waits for the answer as long as it takes.
    <Q, R> R callUnlimited(String operation, MethodDescriptor<Q, R> method, Q request)
            throws InterruptedException {
        try {
            return ask(method, UNLIMITED_TIME, request);
        } catch (Refusal refusal) {
            throw CallFailure.of(operation, refusal.status());
        }
    }

    /// As [#call], but leaves it to the caller what a failure means.
    <Q, R> R tryCall(MethodDescriptor<Q, R> method, Q request)
            throws InterruptedException, Refusal {
        return ask(method, limited(), request);
    }

    /// Waits for something to happen in the guest, as long as it takes, also for what was asked by
    /// somebody who has left.
    ///
    /// @param containerId whose process it is about, or empty
    /// @param processId the process it is about, or empty
    <Q, R> R await(
            String operation,
            MethodDescriptor<Q, R> method,
            String containerId,
            String processId,
            Q request)
            throws InterruptedException {
        try {
            return tryAwait(new Question<>(method, containerId, processId, request), MOST_BYTES);
        } catch (Refusal refusal) {
            throw CallFailure.of(operation, refusal.status());
        }
    }

    /// As [#await], but leaves it to the caller what a failure means.
    ///
    /// @param mostBytes that the answer may have
    <Q, R> R tryAwait(Question<Q, R> question, int mostBytes) throws InterruptedException, Refusal {
        requireHere();
        requireNotInterrupted();
        CallOptions options = UNLIMITED_TIME.withMaxInboundMessageSize(mostBytes);
        try {
            return waiting.await(user, question, () -> begin(question, options));
        } catch (ExecutionException e) {
            throw new Refusal(Status.fromThrowable(e), e);
        } catch (ChannelUser.LeftException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    private <Q, R> R ask(MethodDescriptor<Q, R> method, CallOptions options, Q request)
            throws InterruptedException, Refusal {
        requireHere();
        return answer(user, channel, method, options, request);
    }

    private void requireHere() {
        if (user.hasLeft()) {
            throw new UnavailableException("the connection was left");
        }
    }

    private CallOptions limited() {
        return UNLIMITED_TIME.withDeadlineAfter(timeout.get().toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Makes a call and waits for its answer; gives the call up when interrupted, or when its user
    /// leaves.
    static <Q, R> R answer(
            ChannelUser user,
            Channel channel,
            MethodDescriptor<Q, R> method,
            CallOptions options,
            Q request)
            throws InterruptedException, Refusal {
        requireNotInterrupted();
        ListenableFuture<R> answer =
                ClientCalls.futureUnaryCall(channel.newCall(method, options), request);
        try {
            return user.await(answer);
        } catch (ExecutionException e) {
            throw new Refusal(Status.fromThrowable(e), e);
        } catch (ChannelUser.LeftException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        } finally {
            answer.cancel(true);
        }
    }

    private <Q, R> ListenableFuture<R> begin(Question<Q, R> question, CallOptions options) {
        return ClientCalls.futureUnaryCall(
                channel.newCall(question.method(), options), question.request());
    }

    /// Returns what somebody who has left asked about a process.
    <Q> Optional<Q> findLeft(MethodDescriptor<Q, ?> method, String containerId, String processId) {
        return waiting.findLeft(method, containerId, processId);
    }

    /// Returns what somebody has asked about a process and has no answer to that he has taken.
    <Q> Optional<Q> findAsked(MethodDescriptor<Q, ?> method, String containerId, String processId) {
        return waiting.findAsked(method, containerId, processId);
    }

    private static void requireNotInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
