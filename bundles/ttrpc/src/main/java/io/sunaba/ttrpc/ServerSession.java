package io.sunaba.ttrpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// The calls of one session, and where their answers go as long as it lasts.
final class ServerSession {
    private final OutputStream out;
    private final TtrpcServer.Methods methods;
    private final Set<UnaryServerCall<?, ?>> running = new HashSet<>();

    /// Not guarded by the lock of the stream: a write that is stuck must not delay the end.
    private volatile boolean over;

    ServerSession(OutputStream out, TtrpcServer.Methods methods) {
        this.out = out;
        this.methods = methods;
    }

    boolean over() {
        return over;
    }

    void start(Frame frame, Executor executor) {
        try {
            executor.execute(
                    new Runnable() {
                        @Override
                        public void run() {
                            handle(frame);
                        }
                    });
        } catch (RejectedExecutionException e) {
            refuse(frame.stream, Status.UNAVAILABLE.withDescription("the server is stopping"));
        }
    }

    /// Drops all answers that are still to come, and tells their handlers.
    void end() {
        over = true;
        List<UnaryServerCall<?, ?>> calls;
        synchronized (running) {
            calls = new ArrayList<>(running);
            running.clear();
        }
        for (UnaryServerCall<?, ?> call : calls) {
            call.cancel();
        }
    }

    private void handle(Frame frame) {
        Request request;
        try {
            request = Request.parse(frame.payload);
        } catch (IOException e) {
            refuse(
                    frame.stream,
                    Status.INVALID_ARGUMENT.withDescription(
                            "the request is garbage: " + e.getMessage()));
            return;
        }
        String name = request.service.concat("/").concat(request.method);
        @Nullable ServerMethodDefinition<?, ?> method;
        try {
            method = methods.find(name);
        } catch (Throwable e) {
            // As below: what offers the methods may have failed to start.
            refuse(frame.stream, statusOf(e));
            return;
        }
        if (method == null) {
            refuse(frame.stream, Status.UNIMPLEMENTED.withDescription(name + " is not known"));
        } else if (method.getMethodDescriptor().getType() != MethodType.UNARY) {
            refuse(frame.stream, Status.UNIMPLEMENTED.withDescription(name + " streams"));
        } else {
            call(frame.stream, request, method);
        }
    }

    private <Q, R> void call(int stream, Request request, ServerMethodDefinition<Q, R> method) {
        Q message;
        try {
            message = method.getMethodDescriptor().parseRequest(request.payload);
        } catch (RuntimeException e) {
            refuse(
                    stream,
                    Status.INVALID_ARGUMENT.withDescription(
                            method.getMethodDescriptor().getFullMethodName()
                                    + ": the message is garbage"));
            return;
        }
        UnaryServerCall<Q, R> call =
                new UnaryServerCall<>(this, stream, method.getMethodDescriptor());
        try {
            ServerCall.Listener<Q> listener =
                    method.getServerCallHandler().startCall(call, request.metadata);
            call.listenTo(listener);
            if (enter(call)) {
                listener.onMessage(message);
                listener.onHalfClose();
            }
        } catch (Throwable e) {
            // An Error too: the peer must not wait for ever, and the guest has nobody else to tell.
            call.close(statusOf(e), new Metadata());
        }
    }

    /// Whether the call may go on: the session is not over.
    private boolean enter(UnaryServerCall<?, ?> call) {
        synchronized (running) {
            return !over && running.add(call);
        }
    }

    void leave(UnaryServerCall<?, ?> call) {
        synchronized (running) {
            running.remove(call);
        }
    }

    void refuse(int stream, Status failure) {
        try {
            write(Response.frame(stream, failure));
        } catch (IOException e) {
            over = true;
        }
    }

    /// Writes a complete frame, unless the session is over. A peer that cannot be written to is
    /// gone, which the reading side finds out by itself.
    void write(byte[] frame) {
        synchronized (out) {
            if (over) {
                return;
            }
            try {
                out.write(frame);
                out.flush();
            } catch (IOException e) {
                over = true;
            }
        }
    }

    private static Status statusOf(Throwable failure) {
        if (failure instanceof StatusRuntimeException e) {
            return e.getStatus();
        }
        if (failure instanceof StatusException e) {
            return e.getStatus();
        }
        String text = failure.getMessage();
        return Status.INTERNAL.withDescription(
                text == null || failure instanceof Error ? failure.toString() : text);
    }
}
