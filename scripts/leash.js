// Preloaded into what scripts start in the foreground: asks it to end when the process that started it is gone.
if (process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // Listening must not keep alive a program that has nothing left to do.
  process.channel.unref()
}
